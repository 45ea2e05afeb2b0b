#include "core/cells.hpp"

#include <algorithm>
#include <cmath>

namespace tracker::core {

XBucket bucket_of(double x, double y) noexcept {
  XBucket bucket;
  bucket.x_first = bucket.x_last = x;
  bucket.count = 1;
  if (std::isfinite(y))
    bucket.min = bucket.max = bucket.sum = bucket.first = bucket.last = y;
  else
    bucket.nonfinite = 1;
  return bucket;
}

std::vector<XBucket> cut(const XyPoints& points, std::size_t size) {
  std::vector<XBucket> out;
  out.reserve(points.size() / size + 1);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const XBucket point = bucket_of(points.x[i], points.y[i]);
    if (i % size == 0) {
      out.push_back(point);
      continue;
    }
    XBucket& bucket = out.back();
    bucket.x_last = point.x_last;
    if (point.nonfinite == 0) {
      if (bucket.finite() == 0) {
        bucket.min = bucket.max = bucket.first = point.first;
      } else {
        bucket.min = std::min(bucket.min, point.min);
        bucket.max = std::max(bucket.max, point.max);
      }
      bucket.last = point.last;
      bucket.sum += point.sum;
    }
    ++bucket.count;
    bucket.nonfinite += point.nonfinite;
  }
  return out;
}

void Cell::add(const XBucket& next) noexcept {
  if (next.count == 0) return;
  if (next.finite() > 0) {
    if (finite() == 0) {
      min = next.min;
      max = next.max;
      first = next.first;
      last = next.last;
      at_first = next.x_first;
      at_last = next.x_last;
    } else {
      min = std::min(min, next.min);
      max = std::max(max, next.max);
      if (next.x_first < at_first) {
        first = next.first;
        at_first = next.x_first;
      }
      if (next.x_last >= at_last) {
        last = next.last;
        at_last = next.x_last;
      }
    }
    sum += next.sum;
  }
  if (count == 0 || next.x_first < x_first) x_first = next.x_first;
  if (count == 0 || next.x_last > x_last) x_last = next.x_last;
  count += next.count;
  nonfinite += next.nonfinite;
}

void Cell::add_smoothed(double value) noexcept {
  if (!std::isfinite(value)) return;
  smooth_sum += value;
  ++smooth_count;
}

std::size_t Extent::cell_of(double x) const noexcept {
  const double extent = high - low;
  if (!(extent > 0) || !(x > low)) return 0;
  const double at = (x - low) / extent * static_cast<double>(width);
  return at >= static_cast<double>(width) ? width - 1 : static_cast<std::size_t>(at);
}

void Grid::fill_smoothed(const std::function<double(double)>& curve) {
  for (Cell& cell : cells_)
    if (cell.finite() > 0) cell.add_smoothed(curve((cell.x_first + cell.x_last) / 2));
}

std::vector<Cell> Grid::filled() const {
  std::vector<Cell> out;
  for (const Cell& cell : cells_)
    if (cell.count > 0) out.push_back(cell);
  return out;
}

bool rises(std::span<const double> x) noexcept {
  for (std::size_t i = 1; i < x.size(); ++i)
    if (!(x[i - 1] <= x[i])) return false;
  return true;
}

XyPoints join(const XyPoints& x_values, const XyPoints& y_values) {
  XyPoints out;
  std::size_t at = 0;
  for (std::size_t i = 0; i < y_values.size(); ++i) {
    while (at < x_values.size() && x_values.x[at] < y_values.x[i]) ++at;
    if (at == x_values.size()) break;
    if (x_values.x[at] == y_values.x[i] && std::isfinite(x_values.y[at]))
      out.add(x_values.y[at], y_values.y[i]);
  }
  return out;
}

}  // namespace tracker::core
