#pragma once

#include <atomic>
#include <cstdint>

// The server's wall clock. Everything that compares times takes one, so that tests own the time.
// Any thread may ask.
namespace tracker::core {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t now_us() const = 0;
};

class SystemClock final : public Clock {
 public:
  std::int64_t now_us() const override;
};

// A clock that stands still until it is told otherwise.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::int64_t now_us) : now_us_(now_us) {}
  std::int64_t now_us() const override { return now_us_.load(); }
  void advance(std::int64_t microseconds) { now_us_ += microseconds; }

 private:
  std::atomic<std::int64_t> now_us_;
};

}  // namespace tracker::core
