#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "series_fixture.hpp"

// Statistics over runs, compared with brute force.
namespace tracker::query {
namespace {

// What a run is worth in each cell, from its points one by one.
std::vector<double> run_values(const Expected& points, const core::Extent& extent) {
  std::vector<double> sum(extent.width, 0), n(extent.width, 0);
  for (const auto& [x, y] : points) {
    if (!std::isfinite(y)) continue;
    sum[extent.cell_of(x)] += y;
    n[extent.cell_of(x)] += 1;
  }
  std::vector<double> out(extent.width, std::nan(""));
  for (std::size_t i = 0; i < extent.width; ++i) {
    std::size_t before = i, behind = i;
    while (before > 0 && n[before] == 0) --before;
    while (behind + 1 < extent.width && n[behind] == 0) ++behind;
    if (n[before] == 0 || n[behind] == 0) continue;
    const double a = sum[before] / n[before], b = sum[behind] / n[behind];
    const double share =
        before == behind ? 0
                         : static_cast<double>(i - before) / static_cast<double>(behind - before);
    out[i] = a + (b - a) * share;
  }
  return out;
}

struct Members {
  std::vector<Expected> points;
  core::Extent extent;
};

void expect_group(const GroupSeries& group, const Members& members) {
  const auto at = [&](const char* name, std::size_t row) {
    return column(group.columns, name)[row];
  };
  std::size_t row = 0;
  for (std::size_t cell = 0; cell < members.extent.width; ++cell) {
    std::vector<double> values;
    std::size_t logged = 0;
    for (const Expected& points : members.points) {
      for (const auto& point : points)
        if (members.extent.cell_of(point.first) == cell) ++logged;
      const double v = run_values(points, members.extent)[cell];
      if (std::isfinite(v)) values.push_back(v);
    }
    if (logged == 0) continue;
    ASSERT_LT(row, column(group.columns, "x").size());
    ASSERT_EQ(at("points", row), static_cast<double>(logged));
    ASSERT_EQ(at("count", row), static_cast<double>(values.size()));
    if (!values.empty()) {
      std::sort(values.begin(), values.end());
      const auto n = static_cast<double>(values.size());
      double mean = 0, squares = 0;
      for (const double v : values) mean += v / n;
      for (const double v : values) squares += (v - mean) * (v - mean);
      const double median = (values[values.size() / 2] + values[(values.size() - 1) / 2]) / 2;
      ASSERT_NEAR(at("mean", row), mean, 1e-9);
      ASSERT_NEAR(at("std", row), n > 1 ? std::sqrt(squares / (n - 1)) : 0, 1e-9);
      ASSERT_NEAR(at("min", row), values.front(), 1e-9);
      ASSERT_NEAR(at("max", row), values.back(), 1e-9);
      ASSERT_NEAR(at("median", row), median, 1e-9);
    }
    ++row;
  }
  ASSERT_EQ(row, column(group.columns, "x").size());
}

TEST_F(SeriesQuery, GroupsAreStatisticsOfAllRunsInCommonCells) {
  std::vector<LoggedRun> runs;
  for (unsigned i = 0; i < 5; ++i)
    runs.push_back(log_run(70 + i, {.frames = 4 + static_cast<int>(i) * 8, .falls = i == 2}));
  for (const XAxis axis : {XAxis::kStep, XAxis::kMetric}) {
    SeriesRequest request;
    request.keys = {"loss"};
    request.x = axis;
    request.x_metric = "tokens";
    request.width = 40;
    request.groups = {{"all", {}}, {"two", {runs[0].id, runs[3].id}}};
    Members all{{}, {HUGE_VAL, -HUGE_VAL, 40}};
    for (const LoggedRun& run : runs) {
      request.groups[0].runs.push_back(run.id);
      all.points.push_back(expected_of(run, request));
      const auto& ends = run.keys.at(axis == XAxis::kStep ? "loss" : "tokens");
      const double unit = axis == XAxis::kStep ? 1 : 128;
      all.extent.low = std::min(all.extent.low, unit * static_cast<double>(ends.begin()->first));
      all.extent.high = std::max(all.extent.high, unit * static_cast<double>(ends.rbegin()->first));
    }
    const auto answer = ask(request);
    EXPECT_TRUE(answer.series.empty());
    ASSERT_EQ(answer.groups.size(), 2u);
    EXPECT_EQ(answer.groups[0].runs, 5u);
    expect_group(answer.groups[0], all);
    expect_group(answer.groups[1], {{all.points[0], all.points[3]}, all.extent});
  }
}

}  // namespace
}  // namespace tracker::query
