#pragma once

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>

#include "ingest/ingest.hpp"

// tracker.v1.IngestService: translates messages to sessions of tracker::ingest, nothing more. One
// reactor a stream on gRPC's callback threads; an idle stream costs its reactor and no thread.
namespace tracker::rpc {

class IngestService {
 public:
  // `ingest` must outlive it, and the server that serves it must be stopped before it goes.
  explicit IngestService(ingest::Ingest& ingest);
  ~IngestService();
  IngestService(const IngestService&) = delete;
  IngestService& operator=(const IngestService&) = delete;

  grpc::Service& service() noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tracker::rpc
