#pragma once

#include <grpcpp/support/status.h>

#include <exception>
#include <string>

#include <tracker/error.hpp>

// Exceptions → gRPC statuses: the edge's one translation.
namespace tracker::rpc {

grpc::StatusCode status_code(ErrorCode code) noexcept;

// What the current exception is to a client. Defects and damaged data are logged too, under the id
// of the request, which the client is told with them. Call inside a catch block.
grpc::Status current_status(const char* call, const std::string& id);

}  // namespace tracker::rpc
