#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>

namespace tracker {

// The last step there is, which is followed by itself.
inline constexpr std::int64_t kLastStep = std::numeric_limits<std::int64_t>::max();

// Steps of the rows of one process. Any thread: no automatic step is given twice.
class StepCounter {
 public:
  // The step of a row: what was said, else the one that follows the last.
  std::int64_t take(std::optional<std::int64_t> said) noexcept {
    const std::int64_t at = said ? *said : next_.fetch_add(1, std::memory_order_relaxed);
    if (at == kLastStep) [[unlikely]] {
      next_.store(at, std::memory_order_relaxed);
    } else if (said) {
      next_.store(at + 1, std::memory_order_relaxed);
      if (at < 0) [[unlikely]]
        below_zero_.store(true, std::memory_order_relaxed);
    }
    return at;
  }
  void go_on_with(std::int64_t next) noexcept { next_.store(next, std::memory_order_relaxed); }

  std::int64_t next() const noexcept { return next_.load(std::memory_order_relaxed); }
  // That of the last row; 0 before there is one.
  std::int64_t last() const noexcept {
    const std::int64_t next = this->next();
    return next == 0 && !below_zero_.load(std::memory_order_relaxed) ? 0 : next - 1;
  }

 private:
  std::atomic<std::int64_t> next_{0};
  std::atomic<bool> below_zero_{false};  // a row had a step there
};

}  // namespace tracker
