#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

// What a chart is made of: points and buckets whose x is in the chart's own unit (steps, seconds,
// microseconds, or the value of another metric), put into cells of equal extent. Pure.
namespace tracker::core {

inline constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

// Points in the order in which a line joins them. Both columns have the same length.
struct XyPoints {
  std::vector<double> x, y;

  std::size_t size() const noexcept { return x.size(); }
  bool empty() const noexcept { return x.empty(); }
  void reserve(std::size_t count) {
    x.reserve(count);
    y.reserve(count);
  }
  void add(double at, double value) {
    x.push_back(at);
    y.push_back(value);
  }
};

// Consecutive points of a series taken together; the envelope is exact. Values that are not finite
// are counted and left out of the rest; without a finite value min, max, first and last are NaN and
// sum is 0.
struct XBucket {
  double x_first = kNoNumber, x_last = kNoNumber;
  double min = kNoNumber, max = kNoNumber, sum = 0, first = kNoNumber, last = kNoNumber;
  std::uint64_t count = 0, nonfinite = 0;

  std::uint64_t finite() const noexcept { return count - nonfinite; }
  double mean() const noexcept {
    return finite() == 0 ? kNoNumber : sum / static_cast<double>(finite());
  }
};

XBucket bucket_of(double x, double y) noexcept;

// Consecutive points in the given order, `size` at a time, the last bucket smaller.
std::vector<XBucket> cut(const XyPoints& points, std::size_t size);

// A bucket that may be filled in any order of x: `first` is the value at the smallest x, `last`
// that at the largest.
struct Cell : XBucket {
  double at_first = kNoNumber, at_last = kNoNumber;  // x of `first` and `last`
  double smooth_sum = 0;                             // of smoothed values, if there are any
  std::uint64_t smooth_count = 0;

  void add(const XBucket& next) noexcept;
  void add_smoothed(double value) noexcept;
  double smoothed() const noexcept {
    return smooth_count == 0 ? kNoNumber : smooth_sum / static_cast<double>(smooth_count);
  }
};

// `width` cells of equal extent over [low, high]. What lies outside goes into the nearest cell. A
// bucket belongs to the cell in which it begins.
struct Extent {
  double low = 0, high = 0;
  std::size_t width = 1;

  std::size_t cell_of(double x) const noexcept;
};

class Grid {
 public:
  explicit Grid(const Extent& extent) : extent_(extent), cells_(extent.width) {}

  void add(const XBucket& bucket) noexcept { cells_[extent_.cell_of(bucket.x_first)].add(bucket); }
  void add_smoothed(double x, double value) noexcept {
    cells_[extent_.cell_of(x)].add_smoothed(value);
  }

  // A smoothed line that is known as a function: its value in the middle of each cell's points.
  void fill_smoothed(const std::function<double(double)>& curve);

  const Extent& extent() const noexcept { return extent_; }
  std::span<const Cell> cells() const noexcept { return cells_; }
  // Those that hold points, in the order of x.
  std::vector<Cell> filled() const;

 private:
  Extent extent_;
  std::vector<Cell> cells_;
};

// Is x nowhere smaller than before?
bool rises(std::span<const double> x) noexcept;

// Points joined where their steps are equal: x is the value of the one, y that of the other. Both
// in step order, one point a step, `x` holding the step. A point whose x is not finite has no place
// and is left out.
XyPoints join(const XyPoints& x_values, const XyPoints& y_values);

}  // namespace tracker::core
