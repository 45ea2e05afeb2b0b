#pragma once

#include <functional>

#include <tracker/error.hpp>

namespace tracker::auth {

// Of the Error that the call throws; kInternal if it throws none.
inline ErrorCode code_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::kInternal;
}

}  // namespace tracker::auth
