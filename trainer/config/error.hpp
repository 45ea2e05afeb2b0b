#pragma once

#include <stdexcept>
#include <string>

namespace trainer {

// What the command line turns into an exit code: usage errors are 2, everything else is 1.
enum class ErrorCode {
  kUsage,
  kInvalidInput,
  kNotFound,
  kUnsupported,
  kIo,
  kHub,
  kMemory,
  kInternal
};

// The one exception of the trainer. `what()` is one line for people: what was wrong, where, and
// what to do.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace trainer
