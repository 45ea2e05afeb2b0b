#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

// Points and buckets of one key of one run, as columns. History keys have steps; system keys have
// none (x is time).
namespace tracker::core {

enum class KeyKind : std::uint8_t { kHistory = 1, kSystem = 2 };

// In log order or in x order, as the function that returns it says. All columns have the same
// length, except that `steps` is empty for system keys.
struct Points {
  std::vector<std::int64_t> steps;
  std::vector<std::int64_t> times_us;
  std::vector<double> values;

  std::size_t size() const noexcept { return values.size(); }
  bool empty() const noexcept { return values.empty(); }
};

// Consecutive points taken together. The envelope is exact: min and max are values of the data.
// Non-finite values are counted, and left out of min, max, sum, first and last; without a finite
// value those five are NaN (sum 0).
struct Bucket {
  std::int64_t step_first = 0, step_last = 0;  // 0 for system keys
  std::int64_t time_first_us = 0, time_last_us = 0;
  double min = std::numeric_limits<double>::quiet_NaN();
  double max = std::numeric_limits<double>::quiet_NaN();
  double sum = 0;
  double first = std::numeric_limits<double>::quiet_NaN();
  double last = std::numeric_limits<double>::quiet_NaN();
  std::uint64_t count = 0;      // all points, finite or not
  std::uint64_t nonfinite = 0;  // NaN and infinities

  std::uint64_t finite() const noexcept { return count - nonfinite; }
  double mean() const noexcept {
    return finite() == 0 ? std::numeric_limits<double>::quiet_NaN()
                         : sum / static_cast<double>(finite());
  }
  bool operator==(const Bucket&) const = default;
};

enum class Axis : std::uint8_t { kStep, kTime };

// From what is stored to the unit of a chart's x.
struct XScale {
  Axis axis = Axis::kStep;
  std::int64_t origin = 0;  // of times: what is x = 0
  double per_unit = 1;      // stored units in one of x

  double x(std::int64_t stored) const noexcept {
    // As doubles: a clock that was far off must not overflow.
    return (static_cast<double>(stored) - static_cast<double>(origin)) / per_unit;
  }
};

// What of a series is asked for; both ends belong to it. With kTime the bounds are microseconds
// since the epoch.
struct Range {
  Axis axis = Axis::kStep;
  std::int64_t from = std::numeric_limits<std::int64_t>::min();
  std::int64_t to = std::numeric_limits<std::int64_t>::max();

  bool contains(std::int64_t x) const noexcept { return from <= x && x <= to; }
  bool unbounded() const noexcept {
    return from == std::numeric_limits<std::int64_t>::min() &&
           to == std::numeric_limits<std::int64_t>::max();
  }
};

// What is known of a key of a run without reading its points.
struct SeriesStats {
  std::uint64_t count = 0;  // points as logged, before rows of equal step merge
  std::uint64_t nonfinite = 0;
  std::uint64_t nan = 0;
  // Smallest and largest; absent for system keys and for a key without points.
  std::optional<std::int64_t> first_step, last_step;
  std::optional<std::int64_t> first_time_us, last_time_us;
  std::optional<double> last;      // value logged last; may be non-finite
  std::optional<double> min, max;  // of the finite values
  double sum = 0;                  // of the finite values
  // In log order, does each step (time) lie above the one before? Then order of logging is order of
  // x, no two rows merge, and buckets can be taken from the pyramid.
  bool steps_rise = true;
  bool times_rise = true;  // not falling; equal times are fine
};

// Adds points in log order. `steps` is empty for system keys.
void fold(SeriesStats& stats, std::span<const std::int64_t> steps,
          std::span<const std::int64_t> times_us, std::span<const double> values);

// Points in log order → points in step order, one a step: the later value wins. System keys: sorted
// by time, stable, nothing merged.
Points merge_later_wins(Points in_log_order);

// Keeps those in the range.
Points select(const Points& points, const Range& range);

}  // namespace tracker::core
