#pragma once

#include <cstdint>

#include "auth/guard.hpp"

// Where the tests of accounts sign in from, and the unit that sessions last in.
namespace tracker::auth {

inline constexpr std::int64_t kDay = std::int64_t{24} * 3'600 * 1'000'000;  // microseconds
inline const Origin kHere{"10.0.0.1", "t"};

}  // namespace tracker::auth
