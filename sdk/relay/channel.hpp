#pragma once

#include <grpcpp/channel.h>

#include <chrono>
#include <memory>
#include <string>

#include <tracker/error.hpp>

#include "relay/discovery.hpp"

// The gRPC channel that the relay and the command line speak through.
namespace tracker::relay {

// The server allows pings four times as often as its own keepalive (docs/ingest-protocol.md).
struct ChannelOptions {
  std::chrono::milliseconds keepalive{20'000};
  std::chrono::milliseconds keepalive_timeout{10'000};
};

// Keepalive every 20 s (a peer that is gone without a word is noticed within 30 s), messages up to
// 64 MiB. The channel shares no connection or back-off with others: callers decide when to try
// again by opening a new one. With TLS as relay/trust.hpp has it; throws Error(kFailedPrecondition)
// if there are no authorities. Each call carries the API key of relay/credentials.hpp; throws as
// api_key() does.
std::shared_ptr<grpc::Channel> open_channel(const Server& server,
                                            const ChannelOptions& options = {});

// The error a person should see for a call that failed: code and one line.
Error to_error(const grpc::Status& status, const std::string& url);

}  // namespace tracker::relay
