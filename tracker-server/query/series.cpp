#include "query/series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <unordered_map>

#include <tracker/error.hpp>

#include "core/buckets.hpp"
#include "core/time.hpp"
#include "storage/run_snapshot.hpp"
#include "storage/runs.hpp"

namespace tracker::query {
namespace {

void check(const SeriesRequest& request) {
  if (request.runs.size() * request.keys.size() > kMostSeries) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{} runs × {} keys is more than {} series: ask in parts",
                            request.runs.size(), request.keys.size(), kMostSeries));
  }
  if (request.width < 1 || request.width > kLargestWidth) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("width must be from 1 to {}", kLargestWidth));
  }
}

// Rounds toward the inside of the range; what does not fit 64 bits is the end of the scale.
std::int64_t clamp_to_int(double value) {
  constexpr double kEdge = 9.2e18;
  if (value >= kEdge) return std::numeric_limits<std::int64_t>::max();
  if (value <= -kEdge) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(value);
}

// From what is stored to the unit of the axis.
class Scale {
 public:
  Scale(XAxis axis, std::int64_t start_us) : axis_(axis), start_us_(start_us) {}
  double x(std::int64_t step, std::int64_t time_us) const {
    switch (axis_) {
      case XAxis::kStep:
        return static_cast<double>(step);
      case XAxis::kTime:
        return static_cast<double>(time_us);
      case XAxis::kRelative:
        break;
    }
    return core::to_seconds(time_us - start_us_);
  }

 private:
  XAxis axis_;
  std::int64_t start_us_;
};

void fill_raw(Series& series, const core::Points& points, const Scale& scale) {
  Column x{"x", {}}, y{"y", points.values};
  x.values.reserve(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    x.values.push_back(scale.x(points.steps.empty() ? 0 : points.steps[i], points.times_us[i]));
  }
  series.mode = Series::Mode::kRaw;
  series.total = points.size();
  series.columns = {std::move(x), std::move(y)};
}

void fill_buckets(Series& series, const std::vector<core::Bucket>& buckets, const Scale& scale) {
  using Get = std::function<double(const core::Bucket&)>;
  const std::pair<std::string_view, Get> columns[] = {
      {"x", [&](const auto& b) { return scale.x(b.step_first, b.time_first_us); }},
      {"x_last", [&](const auto& b) { return scale.x(b.step_last, b.time_last_us); }},
      {"min", [](const auto& b) { return b.min; }},
      {"max", [](const auto& b) { return b.max; }},
      {"mean", [](const auto& b) { return b.mean(); }},
      {"first", [](const auto& b) { return b.first; }},
      {"last", [](const auto& b) { return b.last; }},
      {"count", [](const auto& b) { return static_cast<double>(b.count); }},
      {"nonfinite", [](const auto& b) { return static_cast<double>(b.nonfinite); }}};
  series.mode = Series::Mode::kBuckets;
  series.columns.clear();
  for (const auto& [name, get] : columns) {
    Column column{name, {}};
    column.values.reserve(buckets.size());
    for (const auto& bucket : buckets) column.values.push_back(get(bucket));
    series.columns.push_back(std::move(column));
  }
}

void read_one(storage::RunSnapshot& snapshot, const SeriesRequest& request, std::int64_t start_us,
              Series& series) {
  const auto* key = snapshot.find_key(series.key);
  if (key == nullptr) return;
  if (key->kind == core::KeyKind::kSystem && series.x == XAxis::kStep) series.x = XAxis::kRelative;
  // Bounds are in the unit that was asked for; steps say nothing about a key that has none.
  auto bounds = request;
  if (series.x != request.x) bounds.from = bounds.to = std::nullopt;
  const auto range = to_range(bounds, series.x, start_us);
  if (range.from > range.to) return;
  const Scale scale(series.x, start_us);
  const auto fits = 2 * request.width;
  if (snapshot.count_at_most(*key, range) > fits) {
    const auto fine = snapshot.buckets(*key, range, 4 * request.width);
    std::uint64_t total = 0;
    for (const auto& bucket : fine) total += bucket.count;
    if (total > fits) {
      series.total = total;
      fill_buckets(series, core::to_width(fine, range, request.width), scale);
      return;
    }
  }
  fill_raw(series, snapshot.points(*key, range), scale);
}

}  // namespace

std::string_view to_text(XAxis axis) noexcept {
  switch (axis) {
    case XAxis::kStep:
      return "step";
    case XAxis::kTime:
      return "time";
    case XAxis::kRelative:
      break;
  }
  return "relative";
}

core::Range to_range(const SeriesRequest& request, XAxis axis, std::int64_t run_start_us) {
  core::Range range;
  range.axis = axis == XAxis::kStep ? core::Axis::kStep : core::Axis::kTime;
  const auto stored = [&](double x) {
    return axis == XAxis::kRelative ? x * 1e6 + static_cast<double>(run_start_us) : x;
  };
  if (request.from) range.from = clamp_to_int(std::ceil(stored(*request.from)));
  if (request.to) range.to = clamp_to_int(std::floor(stored(*request.to)));
  return range;
}

std::vector<Series> read_series(storage::Database& database, const SeriesRequest& request) {
  check(request);
  std::unordered_map<core::RunId, std::int64_t> starts;
  for (const auto& run : storage::find_runs(database, request.runs))
    starts[run.id] = run.created_us;
  std::vector<Series> all;
  for (const auto run : request.runs) {
    const auto start = starts.find(run);
    std::optional<storage::RunSnapshot> snapshot;
    if (start != starts.end()) snapshot.emplace(database, run);
    for (const auto& key : request.keys) {
      Series series;
      series.run = run;
      series.key = key;
      series.x = request.x;
      series.columns = {{"x", {}}, {"y", {}}};
      if (snapshot) read_one(*snapshot, request, start->second, series);
      all.push_back(std::move(series));
    }
  }
  return all;
}

std::string series_tag(storage::Database& database, const SeriesRequest& request) {
  std::vector<std::string> parts;
  for (const auto& run : storage::find_runs(database, request.runs)) {
    parts.push_back(fmt::format("{}:{}", run.id.text(), run.version));
  }
  std::sort(parts.begin(), parts.end());  // they come in no particular order
  for (const auto run : request.runs) parts.push_back(run.text());
  for (const auto& key : request.keys) parts.push_back(fmt::format("{}:{}", key.size(), key));
  parts.push_back(fmt::format("{} {} {} {}", to_text(request.x), request.width,
                              request.from ? fmt::format("{}", *request.from) : "-",
                              request.to ? fmt::format("{}", *request.to) : "-"));
  std::size_t hash = 0xcbf29ce484222325ULL;
  for (const auto& part : parts) hash = (hash ^ std::hash<std::string>()(part)) * 0x100000001b3ULL;
  return fmt::format("{:016x}", hash);
}

}  // namespace tracker::query
