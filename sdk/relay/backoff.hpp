#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace tracker::relay {

// How long to wait before the next attempt: exponential with full jitter, so that thousands of
// relays that lost one server do not come back in step. The n-th wait is uniform in [shortest,
// min(longest, base · 2ⁿ)].
class Backoff {
 public:
  struct Limits {
    std::chrono::milliseconds shortest{50};
    std::chrono::milliseconds base{500};
    std::chrono::milliseconds longest{60'000};
  };

  explicit Backoff(std::uint64_t seed) : Backoff(seed, Limits()) {}
  Backoff(std::uint64_t seed, const Limits& limits) : limits_(limits), random_(seed) {}

  std::chrono::milliseconds next() {
    const auto ceiling = ceiling_ == std::chrono::milliseconds(0) ? limits_.base : ceiling_;
    ceiling_ = std::min(limits_.longest, ceiling * 2);
    std::uniform_int_distribution<std::int64_t> wait(limits_.shortest.count(), ceiling.count());
    return std::chrono::milliseconds(wait(random_));
  }

  // After a success: the next wait is short again.
  void reset() noexcept { ceiling_ = std::chrono::milliseconds(0); }

 private:
  Limits limits_;
  std::mt19937_64 random_;
  std::chrono::milliseconds ceiling_{0};  // 0: at the beginning
};

}  // namespace tracker::relay
