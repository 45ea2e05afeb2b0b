#include "query/series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include <tracker/error.hpp>

#include "core/group_stats.hpp"
#include "query/series_read.hpp"
#include "storage/series_snapshot.hpp"

namespace tracker::query {
namespace {

// Fewer buckets a pixel where many lines share a picture.
constexpr std::size_t kFewLines = 4;
constexpr std::size_t kLeastBuckets = 512;

std::size_t lines_of(const SeriesRequest& request) {
  std::size_t runs = request.runs.size();
  for (const RunGroup& group : request.groups) runs += group.runs.size();
  return runs * request.keys.size();
}

void check(const SeriesRequest& request) {
  if (lines_of(request) > kMostSeries)
    throw Error(
        ErrorCode::kInvalidArgument,
        fmt::format("{} runs (those of groups counted with them) × {} keys is more than {} "
                    "series: ask in parts",
                    lines_of(request) / request.keys.size(), request.keys.size(), kMostSeries));
  if (request.groups.size() > kMostGroups)
    throw Error(ErrorCode::kInvalidArgument, fmt::format("more than {} groups", kMostGroups));
  if (request.width < 1 || request.width > kLargestWidth)
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("width must be from 1 to {}", kLargestWidth));
  if (request.smoothing) request.smoothing->check();
}

// x of the first and the last point, as far as statistics tell.
std::pair<double, double> ends_of(const Line& line) {
  const core::SeriesStats& stats = line.found->stats;
  if (line.x_found != nullptr)
    return {line.x_found->stats.min.value_or(0), line.x_found->stats.max.value_or(0)};
  if (line.scale.axis == core::Axis::kStep)
    return {line.scale.x(stats.first_step.value_or(0)), line.scale.x(stats.last_step.value_or(0))};
  return {line.scale.x(stats.first_time_us.value_or(0)),
          line.scale.x(stats.last_time_us.value_or(0))};
}

// A request on its way to an answer.
class Assembly {
 public:
  Assembly(storage::Database& database, const SeriesRequest& request)
      : request_(request), snapshot_(database, distinct(runs_to_read(request)), all_keys(request)) {
    const auto lines = std::max<std::size_t>(1, lines_of(request));
    width_ = std::max<std::size_t>(1, std::min(request.width, kMostCells / lines));
    at_least_ = std::max(kLeastBuckets, lines <= kFewLines ? 2 * width_ : width_ / 2);
  }

  SeriesAnswer answer() {
    for (const core::RunId run : request_.runs)
      for (const std::string& key : request_.keys) lines_.push_back(line_of(run, key));
    for (Line& line : lines_) set_extent({&line, 1});
    for (const RunGroup& group : request_.groups)
      for (const std::string& key : request_.keys)
        for (const core::RunId run : distinct(group.runs)) {
          lines_.push_back(line_of(run, key));
          lines_.back().in_grid = true;
        }
    // The groups of a key share a grid: their buckets can be compared.
    for (const std::string& key : request_.keys) {
      std::vector<Line*> of_key;
      for (Line& line : lines_)
        if (line.in_grid && line.key == key) of_key.push_back(&line);
      set_common_extent(of_key);
    }
    read_lines(snapshot_, request_.smoothing, lines_);
    SeriesAnswer answer;
    for (const Line& line : lines_)
      if (!line.in_grid) answer.series.push_back(series_of(line));
    add_groups(answer);
    return answer;
  }

 private:
  static std::vector<core::RunId> distinct(std::vector<core::RunId> runs) {
    std::sort(runs.begin(), runs.end());
    runs.erase(std::unique(runs.begin(), runs.end()), runs.end());
    return runs;
  }

  static std::vector<std::string> all_keys(const SeriesRequest& request) {
    std::vector<std::string> keys = request.keys;
    if (request.x == XAxis::kMetric) keys.push_back(request.x_metric);
    return keys;
  }

  Line line_of(core::RunId run, const std::string& key) const {
    Line line;
    line.run = run;
    line.key = key;
    line.x = request_.x;
    line.at_least = at_least_;
    line.from = request_.from.value_or(-HUGE_VAL);
    line.to = request_.to.value_or(HUGE_VAL);
    const storage::RunHead* head = snapshot_.find_run(run);
    if (head == nullptr) return line;
    line.found = snapshot_.find_key(run, key);
    if (line.found == nullptr) return line;
    const bool steps = request_.x == XAxis::kStep || request_.x == XAxis::kMetric;
    if (steps && line.found->kind == core::KeyKind::kSystem) {
      // Bounds are in the unit that was asked for; they say nothing about a key that has no steps.
      line.x = XAxis::kRelative;
      line.from = -HUGE_VAL;
      line.to = HUGE_VAL;
    }
    if (line.x == XAxis::kTime) line.scale = {core::Axis::kTime, 0, 1};
    if (line.x == XAxis::kRelative) line.scale = {core::Axis::kTime, head->created_us, 1e6};
    if (line.x == XAxis::kMetric) {
      line.x_found = snapshot_.find_key(run, request_.x_metric);
      const bool usable = line.x_found != nullptr && line.x_found->kind == core::KeyKind::kHistory;
      if (!usable) line.found = nullptr;
    }
    return line;
  }

  void set_extent(std::span<Line> lines) const {
    std::vector<Line*> list;
    for (Line& line : lines) list.push_back(&line);
    set_common_extent(list);
  }

  void set_common_extent(std::span<Line* const> lines) const {
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (const Line* line : lines) {
      if (line->found == nullptr) continue;
      const auto [first, last] = ends_of(*line);
      low = std::min(low, std::max(first, line->from));
      high = std::max(high, std::min(last, line->to));
    }
    for (Line* line : lines) line->extent = {low, high, width_};
  }

  Series series_of(const Line& line) const {
    Series series;
    series.run = line.run;
    series.key = line.key;
    series.x = line.x;
    series.x_rises = line.x_rises;
    series.smoothed_over = line.smoothed_over;
    if (!line.grid && line.points.size() <= 2 * width_)
      fill_raw(series, line);
    else if (!line.x_rises)
      fill_in_step_order(series, line);
    else
      fill_buckets(series, to_grid(line).filled());
    return series;
  }

  void fill_raw(Series& series, const Line& line) const {
    series.total = line.points.size();
    series.columns = {{"x", line.points.x}, {"y", line.points.y}};
    if (request_.smoothing) series.columns.push_back({"smoothed", line.smoothed});
  }

  // x falls: consecutive points of the line, as many in each bucket.
  void fill_in_step_order(Series& series, const Line& line) const {
    const std::size_t size = (line.points.size() + width_ - 1) / width_;
    std::vector<core::Cell> cells;
    std::vector<double> low, high;
    for (std::size_t i = 0; i < line.points.size(); ++i) {
      const double x = line.points.x[i];
      const core::XBucket point = core::bucket_of(x, line.points.y[i]);
      if (i % size == 0) {
        cells.emplace_back().x_first = x;
        low.push_back(x);
        high.push_back(x);
      }
      core::Cell& cell = cells.back();
      const double begin = cell.x_first;
      // The order of steps decides which value is the first and which the last.
      cell.at_first = cell.at_last = -HUGE_VAL;
      cell.add(point);
      cell.x_first = begin;
      cell.x_last = x;
      low.back() = std::min(low.back(), x);
      high.back() = std::max(high.back(), x);
      if (!line.smoothed.empty()) cell.add_smoothed(line.smoothed[i]);
    }
    fill_buckets(series, cells);
    series.columns.push_back({"x_min", std::move(low)});
    series.columns.push_back({"x_max", std::move(high)});
  }

  void fill_buckets(Series& series, const std::vector<core::Cell>& cells) const {
    using Get = double (*)(const core::Cell&);
    constexpr std::pair<std::string_view, Get> kColumns[] = {
        {"x", [](const auto& c) { return c.x_first; }},
        {"x_last", [](const auto& c) { return c.x_last; }},
        {"min", [](const auto& c) { return c.min; }},
        {"max", [](const auto& c) { return c.max; }},
        {"mean", [](const auto& c) { return c.mean(); }},
        {"first", [](const auto& c) { return c.first; }},
        {"last", [](const auto& c) { return c.last; }},
        {"count", [](const auto& c) { return static_cast<double>(c.count); }},
        {"nonfinite", [](const auto& c) { return static_cast<double>(c.nonfinite); }},
        {"smoothed", [](const auto& c) { return c.smoothed(); }}};
    series.mode = Series::Mode::kBuckets;
    for (const core::Cell& cell : cells) series.total += cell.count;
    for (const auto& [name, get] : kColumns) {
      if (name == "smoothed" && !request_.smoothing) continue;
      Column column{name, {}};
      column.values.reserve(cells.size());
      for (const core::Cell& cell : cells) column.values.push_back(get(cell));
      series.columns.push_back(std::move(column));
    }
  }

  void add_groups(SeriesAnswer& answer) const {
    auto line = std::find_if(lines_.begin(), lines_.end(), [](const Line& l) { return l.in_grid; });
    for (const RunGroup& group : request_.groups)
      for (const std::string& key : request_.keys) {
        GroupSeries out{group.name, key, request_.x, 0, {}, 1};
        std::vector<core::Grid> grids;
        for (std::size_t i = 0; i < distinct(group.runs).size(); ++i, ++line) {
          if (line->found == nullptr || (!line->grid && line->points.empty())) continue;
          grids.push_back(to_grid(*line));
          out.x = line->x;
          out.smoothed_over = std::max(out.smoothed_over, line->smoothed_over);
        }
        out.runs = grids.size();
        fill_group(out, core::group_stats(grids, request_.smoothing ? core::GroupValue::kSmoothed
                                                                    : core::GroupValue::kMean));
        answer.groups.push_back(std::move(out));
      }
  }

  static void fill_group(GroupSeries& out, core::GroupColumns columns) {
    out.columns = {{"x", std::move(columns.x)},           {"x_last", std::move(columns.x_last)},
                   {"mean", std::move(columns.mean)},     {"std", std::move(columns.std)},
                   {"min", std::move(columns.min)},       {"max", std::move(columns.max)},
                   {"median", std::move(columns.median)}, {"count", std::move(columns.count)},
                   {"low", std::move(columns.low)},       {"high", std::move(columns.high)},
                   {"points", std::move(columns.points)}};
  }

  const SeriesRequest& request_;
  storage::SeriesSnapshot snapshot_;
  std::size_t width_ = 1, at_least_ = 1;
  std::vector<Line> lines_;
};

}  // namespace

SeriesAnswer read_series(storage::Database& database, const SeriesRequest& request) {
  check(request);
  return Assembly(database, request).answer();
}

}  // namespace tracker::query
