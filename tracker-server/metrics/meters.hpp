#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

// What is counted while the server works. Any thread may call; a call is one relaxed atomic add (a
// histogram's are two) and never blocks or allocates, so hot paths may have them. They are read by
// metrics::Writer. Each folder keeps its own in a struct of static lifetime (`meters.hpp`), since a
// process has one of each, and writes them in one table.
namespace tracker::metrics {

// Only rises.
class Counter {
 public:
  void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Goes up and down.
class Gauge {
 public:
  void add(std::int64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  void set(std::int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// How values are spread. Values are whole numbers in a small unit (microseconds, bytes, pieces), so
// that their sum is an atomic add too; `scale` is how many of them make one of the unit that is
// published (1,000,000 for seconds).
class Histogram {
 public:
  static constexpr std::size_t kMostBounds = 16;

  // Upper bounds, rising, at most kMostBounds, in the small unit; a value equal to one belongs to
  // it. Above the last there is one more bucket.
  Histogram(std::initializer_list<std::uint64_t> bounds, double scale) noexcept;
  Histogram(const Histogram&) = delete;
  Histogram& operator=(const Histogram&) = delete;

  void observe(std::uint64_t value) noexcept;
  void observe(std::chrono::steady_clock::duration time) noexcept;  // in microseconds

  std::span<const std::uint64_t> bounds() const noexcept { return {bounds_.data(), bounds_count_}; }
  std::uint64_t bucket(std::size_t i) const noexcept {  // i ≤ bounds().size(); not cumulative
    return buckets_[i].load(std::memory_order_relaxed);
  }
  std::uint64_t sum() const noexcept { return sum_.load(std::memory_order_relaxed); }
  double scale() const noexcept { return scale_; }

 private:
  std::array<std::uint64_t, kMostBounds> bounds_{};
  std::size_t bounds_count_ = 0;
  double scale_;
  std::array<std::atomic<std::uint64_t>, kMostBounds + 1> buckets_{};
  std::atomic<std::uint64_t> sum_{0};
};

// Times of a request, a commit, a call: 0.5 ms to 30 s.
class TimeHistogram final : public Histogram {
 public:
  TimeHistogram() noexcept;
};

}  // namespace tracker::metrics
