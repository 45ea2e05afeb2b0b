#include "rpc/status.hpp"

#include <spdlog/spdlog.h>

#include "core/log_text.hpp"

namespace tracker::rpc {

grpc::StatusCode status_code(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case ErrorCode::kNotFound:
      return grpc::StatusCode::NOT_FOUND;
    case ErrorCode::kAlreadyExists:
      return grpc::StatusCode::ALREADY_EXISTS;
    case ErrorCode::kFailedPrecondition:
      return grpc::StatusCode::FAILED_PRECONDITION;
    case ErrorCode::kPermissionDenied:
      return grpc::StatusCode::PERMISSION_DENIED;
    case ErrorCode::kUnauthenticated:
      return grpc::StatusCode::UNAUTHENTICATED;
    case ErrorCode::kResourceExhausted:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case ErrorCode::kUnavailable:
      return grpc::StatusCode::UNAVAILABLE;
    case ErrorCode::kDataLoss:
      return grpc::StatusCode::DATA_LOSS;
    case ErrorCode::kUnimplemented:
      return grpc::StatusCode::UNIMPLEMENTED;
    case ErrorCode::kInternal:
      break;
  }
  return grpc::StatusCode::INTERNAL;
}

grpc::Status current_status(const char* call, const std::string& id) {
  try {
    throw;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kDataLoss || error.code() == ErrorCode::kInternal) {
      spdlog::error("event=rpc_error id={} call={} error={} detail={}", id, call,
                    core::quoted(error.what()), core::quoted(error.detail()));
    }
    return {status_code(error.code()), error.what()};
  } catch (const std::exception& error) {
    spdlog::error("event=rpc_error id={} call={} error={}", id, call, core::quoted(error.what()));
    return {grpc::StatusCode::INTERNAL, "internal error: see the server's log at id=" + id};
  }
}

}  // namespace tracker::rpc
