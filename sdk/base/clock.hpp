#pragma once

#include <cstdint>

namespace tracker::base {

// Microseconds since the epoch, UTC.
std::int64_t now_us() noexcept;

}  // namespace tracker::base
