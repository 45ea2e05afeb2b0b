#include "base/clock.hpp"

#include <ctime>

namespace tracker::base {

std::int64_t now_us() noexcept {
  timespec t;
  ::clock_gettime(CLOCK_REALTIME, &t);
  return std::int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1000;
}

}  // namespace tracker::base
