#include "core/group_stats.hpp"

#include <algorithm>
#include <cmath>

namespace tracker::core {
namespace {

double value_of(const Cell& cell, GroupValue value) {
  return value == GroupValue::kSmoothed ? cell.smoothed() : cell.mean();
}

// A run's value in each cell, NaN where it has none.
std::vector<double> values_of(const Grid& run, GroupValue value) {
  const auto cells = run.cells();
  std::vector<double> out(cells.size(), kNoNumber);
  std::size_t before = cells.size();  // none yet
  for (std::size_t i = 0; i < cells.size(); ++i) {
    out[i] = value_of(cells[i], value);
    if (!std::isfinite(out[i])) continue;
    if (before != cells.size()) {
      const double slope = (out[i] - out[before]) / static_cast<double>(i - before);
      for (std::size_t k = before + 1; k < i; ++k)
        out[k] = out[before] + slope * static_cast<double>(k - before);
    }
    before = i;
  }
  return out;
}

// Of all runs together.
XBucket total_of(std::span<const Grid> runs, std::size_t cell) {
  Cell total;
  for (const Grid& run : runs) total.add(run.cells()[cell]);
  return total;
}

double median_of(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  const double below = *std::max_element(values.begin(), middle);
  return below + (*middle - below) / 2;
}

void add_values(GroupColumns& out, std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  const auto n = static_cast<double>(values.size());
  const double mean = values.empty() ? kNoNumber : sum / n;
  double squares = 0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  out.count.push_back(n);
  out.mean.push_back(mean);
  out.std.push_back(values.empty() ? kNoNumber : n > 1 ? std::sqrt(squares / (n - 1)) : 0);
  out.min.push_back(values.empty() ? kNoNumber : *std::min_element(values.begin(), values.end()));
  out.max.push_back(values.empty() ? kNoNumber : *std::max_element(values.begin(), values.end()));
  out.median.push_back(values.empty() ? kNoNumber : median_of(values));
}

}  // namespace

GroupColumns group_stats(std::span<const Grid> runs, GroupValue value) {
  GroupColumns out;
  if (runs.empty()) return out;
  std::vector<std::vector<double>> by_run;
  for (const Grid& run : runs) by_run.push_back(values_of(run, value));
  std::vector<double> values;
  for (std::size_t cell = 0; cell < runs.front().cells().size(); ++cell) {
    const XBucket total = total_of(runs, cell);
    if (total.count == 0) continue;
    values.clear();
    for (const std::vector<double>& run : by_run)
      if (std::isfinite(run[cell])) values.push_back(run[cell]);
    out.x.push_back(total.x_first);
    out.x_last.push_back(total.x_last);
    add_values(out, values);
    out.low.push_back(total.min);
    out.high.push_back(total.max);
    out.points.push_back(static_cast<double>(total.count));
  }
  return out;
}

}  // namespace tracker::core
