#pragma once

#include <atomic>
#include <cstdint>

// The server's clocks. Everything that compares times takes them, so that tests own the time. Any
// thread may ask.
namespace tracker::core {

class Clock {
 public:
  virtual ~Clock() = default;
  // The wall's: what is stored and shown. It may be set, also back and by years.
  virtual std::int64_t now_us() const = 0;
  // Since some moment in the past, and never set: what measures how long something waits.
  virtual std::int64_t steady_us() const = 0;
};

class SystemClock final : public Clock {
 public:
  std::int64_t now_us() const override;
  std::int64_t steady_us() const override;
};

// Clocks that stand still until they are told otherwise.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::int64_t now_us) : steady_us_(now_us) {}
  std::int64_t now_us() const override { return steady_us_.load() + set_by_us_.load(); }
  std::int64_t steady_us() const override { return steady_us_.load(); }
  void advance(std::int64_t microseconds) { steady_us_ += microseconds; }
  // Somebody sets the wall's clock.
  void set_by(std::int64_t microseconds) { set_by_us_ += microseconds; }

 private:
  std::atomic<std::int64_t> steady_us_, set_by_us_{0};
};

}  // namespace tracker::core
