#pragma once

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <cstddef>

#include "artifacts/uploads.hpp"
#include "auth/gate.hpp"
#include "rpc/call_record.hpp"
#include "rpc/workers.hpp"
#include "tracker/v1/artifacts.pb.h"

// The two calls of ArtifactsService that a client streams: chunks, and the parts of a manifest.
namespace tracker::rpc {

// How many streams of a kind are open, and may be.
struct StreamSlots {
  const std::size_t most;
  std::atomic<std::size_t> open{0};
};

struct ArtifactStreamContext {
  storage::Database& database;
  auth::Gate& gate;
  artifacts::Uploads& uploads;
  Workers& workers;  // that block on the database
  StreamSlots& slots;
};

// One call, and who makes it: looked at once, when its first message has come.
struct ArtifactStreamCall {
  CallRecord record;
  auth::Needs needs;
  auth::Claim claim;
  auth::Origin from;
};

// Reactors delete themselves when gRPC is done. `context` must outlive the call; `response` is the
// call's.
grpc::ServerReadReactor<v1::UploadChunksRequest>* read_chunks(const ArtifactStreamContext& context,
                                                              ArtifactStreamCall call,
                                                              v1::UploadChunksResponse& response);
grpc::ServerReadReactor<v1::CommitVersionRequest>* read_commit(const ArtifactStreamContext& context,
                                                               ArtifactStreamCall call,
                                                               v1::CommitVersionResponse& response);

}  // namespace tracker::rpc
