#include "core/series.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

namespace tracker::core {
namespace {

TEST(MergeLaterWins, EqualsAMapFilledInLogOrder) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    Points log;
    std::map<std::int64_t, double> model;
    for (int i = 0; i < 500; ++i) {
      const auto step =
          static_cast<std::int64_t>(seed % 2 == 0 ? random() % 200 : static_cast<unsigned>(i));
      log.steps.push_back(step);
      log.times_us.push_back(i);
      log.values.push_back(i);
      model[step] = i;
    }
    const Points merged = merge_later_wins(log);
    ASSERT_EQ(merged.size(), model.size());
    std::size_t i = 0;
    for (const auto& [step, value] : model) {
      ASSERT_EQ(merged.steps[i], step);
      ASSERT_EQ(merged.values[i], value);
      ASSERT_EQ(merged.times_us[i], static_cast<std::int64_t>(value));
      ++i;
    }
  }
}

TEST(MergeLaterWins, SystemPointsAreSortedByTimeAndAllKept) {
  Points log;
  log.times_us = {5, 3, 5};
  log.values = {1, 2, 3};
  const Points merged = merge_later_wins(log);
  EXPECT_EQ(merged.times_us, (std::vector<std::int64_t>{3, 5, 5}));
  EXPECT_EQ(merged.values, (std::vector<double>{2, 1, 3}));
  EXPECT_TRUE(merged.steps.empty());
}

TEST(SeriesStats, FoldedInPartsAreThoseOfTheWhole) {
  const std::vector<std::int64_t> steps{1, 2, 2, 5}, times{10, 20, 15, 30};
  const std::vector<double> values{3, std::nan(""), INFINITY, -4};
  SeriesStats whole, parts;
  fold(whole, steps, times, values);
  for (std::size_t i = 0; i < 4; ++i) fold(parts, {&steps[i], 1}, {&times[i], 1}, {&values[i], 1});
  for (const SeriesStats& s : {whole, parts}) {
    EXPECT_EQ(s.count, 4u);
    EXPECT_EQ(s.nonfinite, 2u);
    EXPECT_EQ(s.nan, 1u);
    EXPECT_EQ(s.first_step, 1);
    EXPECT_EQ(s.last_step, 5);
    EXPECT_EQ(s.min, -4);
    EXPECT_EQ(s.max, 3);
    EXPECT_EQ(s.last, -4);
    EXPECT_EQ(s.sum, -1);
    EXPECT_FALSE(s.steps_rise);
    EXPECT_FALSE(s.times_rise);
  }
}

TEST(Select, KeepsBothEndsOfTheRange) {
  Points points;
  points.steps = {1, 2, 3, 4};
  points.times_us = {10, 20, 30, 40};
  points.values = {1, 2, 3, 4};
  EXPECT_EQ(select(points, {Axis::kStep, 2, 3}).values, (std::vector<double>{2, 3}));
  EXPECT_EQ(select(points, {Axis::kTime, 30, 100}).values, (std::vector<double>{3, 4}));
}

}  // namespace
}  // namespace tracker::core
