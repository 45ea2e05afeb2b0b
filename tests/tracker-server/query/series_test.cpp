#include "query/series.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace tracker::query {
namespace {

constexpr std::int64_t kStart = 1'700'000'000'000'000;

core::Range range(XAxis axis, std::optional<double> from, std::optional<double> to) {
  SeriesRequest request;
  request.from = from;
  request.to = to;
  return to_range(request, axis, kStart);
}

TEST(ToRange, BoundsAreInclusiveAndRoundedInwards) {
  const auto steps = range(XAxis::kStep, 1.2, 5.9);
  EXPECT_EQ(steps.axis, core::Axis::kStep);
  EXPECT_EQ(steps.from, 2);
  EXPECT_EQ(steps.to, 5);
  EXPECT_TRUE(range(XAxis::kStep, {}, {}).unbounded());
}

TEST(ToRange, SecondsCountFromTheRunsStart) {
  const auto relative = range(XAxis::kRelative, 1, 2.5);
  EXPECT_EQ(relative.axis, core::Axis::kTime);
  EXPECT_EQ(relative.from, kStart + 1'000'000);
  EXPECT_EQ(relative.to, kStart + 2'500'000);
  EXPECT_EQ(range(XAxis::kTime, static_cast<double>(kStart), {}).from, kStart);
}

TEST(ToRange, WhatDoesNotFitIsTheEndOfTheScale) {
  const auto wide = range(XAxis::kRelative, -1e300, 1e300);
  EXPECT_EQ(wide.from, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(wide.to, std::numeric_limits<std::int64_t>::max());
}

}  // namespace
}  // namespace tracker::query
