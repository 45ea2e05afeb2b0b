#pragma once

#include <grpcpp/support/server_callback.h>

#include <chrono>

#include "artifacts/uploads.hpp"
#include "auth/gate.hpp"
#include "rpc/call_record.hpp"
#include "rpc/stream_reader.hpp"
#include "rpc/workers.hpp"
#include "tracker/v1/artifacts.pb.h"

// The two calls of ArtifactsService that a client streams: chunks, and the parts of a manifest. How
// they are let in, and when they are sent away: rpc/stream_reader.hpp. What a message said is
// durable when the next one is read (chunks), or when the call has ended well (a commit).
namespace tracker::rpc {

struct ArtifactStreamContext {
  storage::Database& database;
  auth::Gate& gate;
  artifacts::Uploads& uploads;
  Workers& workers;  // that block on the database
  StreamSlots& slots;
  std::chrono::milliseconds patience;  // for each message
};

// One call, and who makes it: looked at before its first message is read, and again with each
// message if anybody's rights have changed.
struct ArtifactStreamCall {
  CallRecord record;
  auth::Needs needs;
  auth::Claim claim;
  auth::Origin from;
};

// Reactors delete themselves when gRPC is done. What `context` refers to must outlive the call;
// `response` is the call's. On gRPC's threads; do not block.
grpc::ServerReadReactor<v1::UploadChunksRequest>* read_chunks(const ArtifactStreamContext& context,
                                                              ArtifactStreamCall call,
                                                              v1::UploadChunksResponse& response);
grpc::ServerReadReactor<v1::CommitVersionRequest>* read_commit(const ArtifactStreamContext& context,
                                                               ArtifactStreamCall call,
                                                               v1::CommitVersionResponse& response);

}  // namespace tracker::rpc
