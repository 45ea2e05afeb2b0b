#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace tracker {

// What kind of failure; each edge (gRPC status, HTTP status, exit code) translates it once.
enum class ErrorCode {
  kInvalidArgument,  // the caller's input is wrong
  kNotFound,
  kAlreadyExists,
  kFailedPrecondition,  // right input, wrong state
  kPermissionDenied,
  kUnauthenticated,
  kResourceExhausted,  // no room on the disk, a limit reached
  kUnavailable,        // may succeed when tried again
  kDataLoss,           // bytes on disk or on the wire are not what they should be
  kUnimplemented,
  kInternal,  // a defect of ours
};

// The one exception of the tracker's own code. `what()` is one line for people: what was wrong,
// where, and what to do.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}

  // `detail` is for the log, not for people: an errno text, an SQLSTATE, an offset.
  Error(ErrorCode code, const std::string& message, std::string detail)
      : std::runtime_error(message), code_(code), detail_(std::move(detail)) {}

  ErrorCode code() const noexcept { return code_; }
  const std::string& detail() const noexcept { return detail_; }

 private:
  ErrorCode code_;
  std::string detail_;
};

}  // namespace tracker
