#include "base/error_names.hpp"

#include <array>
#include <utility>

namespace tracker::base {
namespace {

constexpr std::array<std::pair<ErrorCode, std::string_view>, 11> kNames = {{
    {ErrorCode::kInvalidArgument, "INVALID_ARGUMENT"},
    {ErrorCode::kNotFound, "NOT_FOUND"},
    {ErrorCode::kAlreadyExists, "ALREADY_EXISTS"},
    {ErrorCode::kFailedPrecondition, "FAILED_PRECONDITION"},
    {ErrorCode::kPermissionDenied, "PERMISSION_DENIED"},
    {ErrorCode::kUnauthenticated, "UNAUTHENTICATED"},
    {ErrorCode::kResourceExhausted, "RESOURCE_EXHAUSTED"},
    {ErrorCode::kUnavailable, "UNAVAILABLE"},
    {ErrorCode::kDataLoss, "DATA_LOSS"},
    {ErrorCode::kUnimplemented, "UNIMPLEMENTED"},
    {ErrorCode::kInternal, "INTERNAL"},
}};

}  // namespace

std::string_view name_of(ErrorCode code) noexcept {
  for (const auto& [each, name] : kNames)
    if (each == code) return name;
  return "INTERNAL";
}

ErrorCode error_code_of(std::string_view name) noexcept {
  for (const auto& [code, each] : kNames)
    if (each == name) return code;
  return ErrorCode::kInternal;
}

}  // namespace tracker::base
