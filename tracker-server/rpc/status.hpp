#pragma once

#include <grpcpp/support/status.h>

#include <exception>

#include <tracker/error.hpp>

// Exceptions → gRPC statuses: the edge's one translation.
namespace tracker::rpc {

grpc::StatusCode status_code(ErrorCode code) noexcept;

// What the current exception is to a client. Defects and damaged data are logged too. Call inside a
// catch block.
grpc::Status current_status(const char* call);

}  // namespace tracker::rpc
