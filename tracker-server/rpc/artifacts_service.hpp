#pragma once

#include <grpcpp/impl/codegen/service_type.h>

#include <chrono>
#include <cstddef>
#include <memory>

#include "artifacts/downloads.hpp"
#include "artifacts/uploads.hpp"
#include "auth/gate.hpp"
#include "core/clock.hpp"
#include "core/request_id.hpp"
#include "storage/database.hpp"

// Artifacts through gRPC. Rules: docs/artifacts.md; messages: proto/tracker/v1/artifacts.proto.
// Calls block on the database and run on threads of the service's own.
namespace tracker::rpc {

struct ArtifactsServiceOptions {
  core::AccessLog access_log = core::AccessLog::kWrites;
  std::size_t streams = 32;  // of chunks that come at once, and as many that go
  // With a client that neither sends nor reads: for each message, which has at most 8 MiB.
  std::chrono::milliseconds patience{120'000};
};

// All must outlive the service.
struct ArtifactsServiceParts {
  storage::Database& database;
  auth::Gate& gate;
  const core::Clock& clock;
  artifacts::Uploads& uploads;
  artifacts::Downloads& downloads;
};

class ArtifactsService {
 public:
  explicit ArtifactsService(const ArtifactsServiceParts& parts,
                            ArtifactsServiceOptions options = {});
  ~ArtifactsService();  // after the gRPC server has shut down: waits for calls that run
  ArtifactsService(const ArtifactsService&) = delete;
  ArtifactsService& operator=(const ArtifactsService&) = delete;

  // To be registered with the server.
  grpc::Service& service();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tracker::rpc
