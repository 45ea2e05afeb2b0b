#pragma once

#include <grpcpp/channel.h>

#include <chrono>
#include <memory>
#include <string>

#include <tracker/error.hpp>

#include "relay/discovery.hpp"

// The gRPC channel that the relay and the command line speak through.
namespace tracker::relay {

inline constexpr std::chrono::milliseconds kKeepalive{20'000};

// A peer that is gone without a word is noticed half of `keepalive` after it (30 s by default);
// servers end a connection that asks more often than each 5 s. Messages up to 64 MiB. The channel
// shares no connection or back-off with others: callers decide when to try again by opening a new
// one.
std::shared_ptr<grpc::Channel> open_channel(const Server& server,
                                            std::chrono::milliseconds keepalive = kKeepalive);

// The error a person should see for a call that failed: code and one line.
Error to_error(const grpc::Status& status, const std::string& url);

}  // namespace tracker::relay
