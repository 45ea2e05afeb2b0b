#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "core/series.hpp"
#include "core/smoothing.hpp"
#include "storage/database.hpp"

// Series for charts: raw points where they fit the width, else buckets with an exact envelope; with
// them smoothed lines, and statistics over groups of runs. What each means: docs/http-api.md,
// "Series".
namespace tracker::query {

enum class XAxis { kStep, kTime, kRelative, kMetric };
// "step", "time", "relative", "metric".
std::string_view to_text(XAxis axis) noexcept;

inline constexpr std::size_t kMostSeries = 1'000;  // runs × keys of one request
inline constexpr std::size_t kMostGroups = 100;
inline constexpr std::size_t kLargestWidth = 8'192;
// Series × width; a request for more is answered with a smaller width.
inline constexpr std::size_t kMostCells = 2'000'000;
// A series of more points is smoothed over its pyramid, and says so.
inline constexpr std::size_t kMostSmoothed = 4u << 20;
inline constexpr std::size_t kMostSmoothedTogether = 64u << 20;  // points of one request
// Terms of a gaussian; where there are more, points are taken together first.
inline constexpr double kMostGaussianTerms = 2e7;

struct RunGroup {
  std::string name;
  std::vector<core::RunId> runs;
};

struct SeriesRequest {
  std::vector<core::RunId> runs{};
  std::vector<std::string> keys{};
  XAxis x = XAxis::kStep;
  std::string x_metric{};  // of kMetric: the key whose value is x
  // Inclusive, in the unit of x: steps, microseconds since the epoch, seconds since the run's
  // start, the metric's.
  std::optional<double> from{}, to{};
  std::size_t width = 1'000;  // pixels
  std::optional<core::Smoothing> smoothing{};
  std::vector<RunGroup> groups{};  // over these runs, which need not be among `runs`
  // Of all those, the ones that may be read; others are as unknown. Absent: all.
  std::optional<std::vector<core::RunId>> readable{};
};

// Distinct or not, in no particular order: what is looked for in the database.
std::vector<core::RunId> runs_to_read(const SeriesRequest& request);

// One number a point or bucket; all columns of a series have the same length.
struct Column {
  std::string_view name;
  std::vector<double> values;
};

struct Series {
  core::RunId run;
  std::string key;
  XAxis x = XAxis::kStep;  // system keys answer a request for steps or a metric with kRelative
  bool x_rises = true;     // else points and buckets are in step order
  enum class Mode { kRaw, kBuckets } mode = Mode::kRaw;
  std::uint64_t total = 0;  // points of the range, rows of equal step merged
  // kRaw: x, y. kBuckets: x, x_last, min, max, mean, first, last, count, nonfinite; where x does
  // not rise x_min and x_max as well. With smoothing: smoothed.
  std::vector<Column> columns;
  // How many points were taken together before they were smoothed; 1: none, the line is exact.
  std::size_t smoothed_over = 1;
};

struct GroupSeries {
  std::string group, key;
  XAxis x = XAxis::kStep;
  std::size_t runs = 0;  // that have points in the range
  // x, x_last, mean, std, min, max, median, count, low, high, points
  std::vector<Column> columns;
  std::size_t smoothed_over = 1;  // the largest of the runs'
};

struct SeriesAnswer {
  std::vector<Series> series;       // run by run, key by key
  std::vector<GroupSeries> groups;  // group by group, key by key
};

// Unknown runs and keys give an empty series. Throws Error(kInvalidArgument) for limits that are
// passed, kResourceExhausted for a series too long to be read as asked, kUnavailable.
SeriesAnswer read_series(storage::Database& database, const SeriesRequest& request);

// Changes whenever the answer to the request may have.
std::string series_tag(storage::Database& database, const SeriesRequest& request);

}  // namespace tracker::query
