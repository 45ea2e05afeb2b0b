#include "metrics/meters.hpp"

#include <algorithm>

namespace tracker::metrics {

Histogram::Histogram(std::initializer_list<std::uint64_t> bounds, double scale) noexcept
    : bounds_count_(std::min(bounds.size(), kMostBounds)), scale_(scale) {
  std::copy_n(bounds.begin(), bounds_count_, bounds_.begin());
}

void Histogram::observe(std::uint64_t value) noexcept {
  std::size_t i = 0;
  while (i < bounds_count_ && value > bounds_[i]) ++i;
  buckets_[i].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

void Histogram::observe(std::chrono::steady_clock::duration time) noexcept {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
  observe(static_cast<std::uint64_t>(std::max<std::int64_t>(us, 0)));
}

TimeHistogram::TimeHistogram() noexcept
    : Histogram({500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 500'000,
                 1'000'000, 2'500'000, 5'000'000, 10'000'000, 30'000'000},
                1e6) {}

}  // namespace tracker::metrics
