#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "query/series.hpp"
#include "storage/series_snapshot.hpp"

// One line of an answer on its way: from what is stored to points, or to a grid of buckets, with
// the smoothed line beside. Inside of query/series.cpp.
namespace tracker::query {

struct Line {
  core::RunId run;
  std::string key;
  const storage::Key* found = nullptr;    // nullptr: the run does not have it
  const storage::Key* x_found = nullptr;  // of a metric as x
  XAxis x = XAxis::kStep;
  core::XScale scale;
  double from = 0, to = 0;
  core::Extent extent;           // of the chart, or common to all lines of a group
  bool in_grid = false;          // wanted in a grid, however few the points are
  std::size_t at_least = 1'000;  // buckets to be read

  // Of the answer: points or a grid.
  core::XyPoints points;
  std::vector<double> smoothed;  // one a point
  std::optional<core::Grid> grid;
  bool x_rises = true;
  std::size_t smoothed_over = 1;
};

// Fills the answers of all lines; `wanted` decides how they are smoothed.
void read_lines(storage::SeriesSnapshot& snapshot, const std::optional<core::Smoothing>& wanted,
                std::span<Line> lines);

// Points into cells of the extent, with the smoothed values if there are any.
core::Grid to_grid(const Line& line);

}  // namespace tracker::query
