#pragma once

#include <cstdint>

// Times are microseconds since the epoch, UTC, in fields named *_us; durations likewise.
namespace tracker::core {

inline constexpr std::int64_t kSecondUs = 1'000'000;
inline constexpr std::int64_t kMinuteUs = 60 * kSecondUs;

constexpr double to_seconds(std::int64_t microseconds) noexcept {
  return static_cast<double>(microseconds) / static_cast<double>(kSecondUs);
}

}  // namespace tracker::core
