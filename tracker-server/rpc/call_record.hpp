#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <string>

#include "core/request_id.hpp"
#include "metrics/meters.hpp"
#include "metrics/writer.hpp"

// What is said and counted of calls (docs/server.md, "The log" and "Metrics").
namespace tracker::rpc {

// One call that is not a stream of ingest, from its start to its end. Copies speak of the same
// call.
class CallRecord {
 public:
  // `call` is the method's name and must live for good. The id is the client's `x-request-id`, if
  // it may be taken; the client is told it in the trailing metadata.
  CallRecord(grpc::CallbackServerContext& context, const char* call, core::AccessLog log);

  const std::string& id() const noexcept { return id_; }
  const char* call() const noexcept { return call_; }
  // Once, when the status is known.
  void end(const grpc::Status& status) const;

 private:
  const char* call_;
  core::AccessLog log_;
  std::string id_, client_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

struct StreamMeters {
  metrics::Gauge open;
  metrics::Counter begun;
};
// The process's.
StreamMeters& streams() noexcept;
void write_metrics(metrics::Writer& out);

// "NOT_FOUND"
const char* name_of(grpc::StatusCode code) noexcept;

}  // namespace tracker::rpc
