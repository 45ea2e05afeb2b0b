#pragma once

#include <grpcpp/impl/codegen/service_type.h>

#include <cstddef>
#include <memory>

#include "auth/gate.hpp"
#include "core/request_id.hpp"
#include "storage/database.hpp"

// Reading projects, runs and histories through gRPC: what the `tracker` command line uses.
// Messages: proto/tracker/v1/runs.proto. Every call blocks on the database, so it runs on a small
// pool of threads and never on one of gRPC's. An export blocks on its client too, for as long as
// that reads: exports have a pool of their own, and a call that finds no room in its pool is
// answered RESOURCE_EXHAUSTED.
namespace tracker::rpc {

struct RunsServiceOptions {
  std::size_t threads = 4;  // for all calls but exports
  std::size_t calls = 256;  // of those, at once: running and waiting
  std::size_t exports = 8;  // at once, a thread each; none wait
  core::AccessLog access_log = core::AccessLog::kWrites;
};

class RunsService {
 public:
  // References must outlive it.
  RunsService(storage::Database& database, auth::Gate& gate,
              const RunsServiceOptions& options = {});
  ~RunsService();  // after the gRPC server has shut down: waits for calls that run
  RunsService(const RunsService&) = delete;
  RunsService& operator=(const RunsService&) = delete;

  // To be registered with the server.
  grpc::Service& service();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tracker::rpc
