#include "core/series.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tracker::core {
namespace {

void widen(std::optional<std::int64_t>& low, std::optional<std::int64_t>& high, std::int64_t x) {
  if (!low || x < *low) low = x;
  if (!high || x > *high) high = x;
}

void fold_value(SeriesStats& stats, double value) {
  ++stats.count;
  stats.last = value;
  if (!std::isfinite(value)) {
    ++stats.nonfinite;
    if (std::isnan(value)) ++stats.nan;
    return;
  }
  if (!stats.min || value < *stats.min) stats.min = value;
  if (!stats.max || value > *stats.max) stats.max = value;
  stats.sum += value;
}

Points gather(const Points& points, std::span<const std::size_t> order) {
  Points out;
  out.times_us.reserve(order.size());
  out.values.reserve(order.size());
  if (!points.steps.empty()) out.steps.reserve(order.size());
  for (const std::size_t i : order) {
    if (!points.steps.empty()) out.steps.push_back(points.steps[i]);
    out.times_us.push_back(points.times_us[i]);
    out.values.push_back(points.values[i]);
  }
  return out;
}

}  // namespace

void fold(SeriesStats& stats, std::span<const std::int64_t> steps,
          std::span<const std::int64_t> times_us, std::span<const double> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!steps.empty()) {
      if (stats.last_step && steps[i] <= *stats.last_step) stats.steps_rise = false;
      widen(stats.first_step, stats.last_step, steps[i]);
    }
    if (stats.last_time_us && times_us[i] < *stats.last_time_us) stats.times_rise = false;
    widen(stats.first_time_us, stats.last_time_us, times_us[i]);
    fold_value(stats, values[i]);
  }
}

Points merge_later_wins(Points in_log_order) {
  const bool stepless = in_log_order.steps.empty();
  const std::vector<std::int64_t>& x = stepless ? in_log_order.times_us : in_log_order.steps;
  const auto rises = [&](std::int64_t a, std::int64_t b) { return stepless ? a <= b : a < b; };
  bool sorted = true;
  for (std::size_t i = 1; i < x.size() && sorted; ++i) sorted = rises(x[i - 1], x[i]);
  if (sorted) return in_log_order;

  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
  if (!stepless) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (i + 1 < order.size() && x[order[i]] == x[order[i + 1]]) continue;
      order[kept++] = order[i];
    }
    order.resize(kept);
  }
  return gather(in_log_order, order);
}

Points select(const Points& points, const Range& range) {
  const std::vector<std::int64_t>& x = range.axis == Axis::kStep ? points.steps : points.times_us;
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (range.contains(x[i])) kept.push_back(i);
  return kept.size() == points.size() ? points : gather(points, kept);
}

}  // namespace tracker::core
