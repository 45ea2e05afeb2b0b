#pragma once

#include <grpcpp/server_context.h>

#include <string>

#include "auth/gate.hpp"

// From a call's metadata to who makes it (docs/access.md).
namespace tracker::rpc {

// `authorization: Bearer KEY`.
auth::Claim claim_of(const grpc::CallbackServerContext& context);
// "ipv4:127.0.0.1:5000" → 127.0.0.1
auth::Origin origin_of(const grpc::CallbackServerContext& context, std::string request_id);

}  // namespace tracker::rpc
