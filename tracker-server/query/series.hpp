#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "core/series.hpp"
#include "storage/database.hpp"

// Series for charts: raw points where they fit the width, else buckets with an exact envelope.
namespace tracker::query {

enum class XAxis { kStep, kTime, kRelative };
std::string_view to_text(XAxis axis) noexcept;

inline constexpr std::size_t kMostSeries = 1'000;  // runs × keys of one request
inline constexpr std::size_t kLargestWidth = 8'192;

struct SeriesRequest {
  std::vector<core::RunId> runs;
  std::vector<std::string> keys;
  XAxis x = XAxis::kStep;
  // Inclusive, in the unit of x: steps, microseconds since the epoch, seconds since the run's
  // start.
  std::optional<double> from, to;
  std::size_t width = 1'000;  // pixels
};

// One number a point or bucket; all columns of a series have the same length.
struct Column {
  std::string_view name;
  std::vector<double> values;
};

struct Series {
  core::RunId run;
  std::string key;
  XAxis x = XAxis::kStep;  // system keys answer a request for steps with kRelative
  enum class Mode { kRaw, kBuckets } mode = Mode::kRaw;
  std::uint64_t total = 0;  // points of the range, rows of equal step merged
  // kRaw: x, y. kBuckets: x, x_last, min, max, mean, first, last, count, nonfinite.
  std::vector<Column> columns;
};

// Series in the order run by run, key by key; unknown runs and keys give an empty one. Throws
// Error(kInvalidArgument) for limits that are passed, kUnavailable.
std::vector<Series> read_series(storage::Database& database, const SeriesRequest& request);

// Changes whenever the answer to the request may have.
std::string series_tag(storage::Database& database, const SeriesRequest& request);

// Pure: the request's bounds on the axis that is stored. Nothing lies in a range with from > to.
core::Range to_range(const SeriesRequest& request, XAxis axis, std::int64_t run_start_us);

}  // namespace tracker::query
