#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/cells.hpp"

// Statistics over runs, cell by cell of a grid that all runs share. Pure.
namespace tracker::core {

// Columns of equal length, one entry for each cell in which some run has points.
//
// A run has one value in a cell: the mean of its finite points there (of its smoothed points, if
// the grid has such). Where it has none but has values in cells before and behind, the value is
// interpolated on a straight line between those two, over the middles of the cells; before its
// first and behind its last value it does not count. So runs that log at different x, or seldom,
// are compared at the same places and each counts once.
struct GroupColumns {
  std::vector<double> x, x_last;  // of the points of any run in the cell
  std::vector<double> mean, std, min, max,
      median;                     // of the runs' values; std divides by n - 1, 0 for one
  std::vector<double> count;      // runs with a value
  std::vector<double> low, high;  // of all finite points of all runs in the cell
  std::vector<double> points;     // of all runs, finite or not
};

enum class GroupValue { kMean, kSmoothed };

// All grids have one extent.
GroupColumns group_stats(std::span<const Grid> runs, GroupValue value);

}  // namespace tracker::core
