#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include <tracker/error.hpp>

#include "relay/discovery.hpp"

// The gRPC channel that the relay and the command line speak through.
namespace tracker::relay {

// Keepalive every 20 s (a peer that is gone without a word is noticed within 30 s), messages up to
// 64 MiB. The channel shares no connection or back-off with others: callers decide when to try
// again by opening a new one.
std::shared_ptr<grpc::Channel> open_channel(const Server& server);

// The error a person should see for a call that failed: code and one line.
Error to_error(const grpc::Status& status, const std::string& url);

}  // namespace tracker::relay
