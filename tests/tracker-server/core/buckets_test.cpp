#include "core/buckets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include <tracker/error.hpp>

#include "core/cells.hpp"
#include "core/pyramid.hpp"

namespace tracker::core {
namespace {

Points random_points(unsigned seed, std::size_t count) {
  std::mt19937 random(seed);
  std::normal_distribution<double> noise;
  Points points;
  std::int64_t step = 0;
  for (std::size_t i = 0; i < count; ++i) {
    points.steps.push_back(step += 1 + static_cast<std::int64_t>(random() % 3));
    points.times_us.push_back(1'000 * step);
    const auto kind = random() % 20;
    points.values.push_back(kind == 0   ? std::nan("")
                            : kind == 1 ? -std::numeric_limits<double>::infinity()
                                        : noise(random));
  }
  return points;
}

// Straight from the definition.
void expect_exact(const Bucket& bucket, const Points& points, std::size_t begin, std::size_t end) {
  std::vector<double> finite;
  for (std::size_t i = begin; i < end; ++i)
    if (std::isfinite(points.values[i])) finite.push_back(points.values[i]);
  EXPECT_EQ(bucket.count, end - begin);
  EXPECT_EQ(bucket.nonfinite, end - begin - finite.size());
  EXPECT_EQ(bucket.step_first, points.steps[begin]);
  EXPECT_EQ(bucket.step_last, points.steps[end - 1]);
  EXPECT_EQ(bucket.time_first_us, points.times_us[begin]);
  EXPECT_EQ(bucket.time_last_us, points.times_us[end - 1]);
  if (finite.empty()) {
    EXPECT_TRUE(std::isnan(bucket.min) && std::isnan(bucket.max) && std::isnan(bucket.mean()));
    return;
  }
  EXPECT_EQ(bucket.min, *std::min_element(finite.begin(), finite.end()));
  EXPECT_EQ(bucket.max, *std::max_element(finite.begin(), finite.end()));
  EXPECT_EQ(bucket.first, finite.front());
  EXPECT_EQ(bucket.last, finite.back());
  double sum = 0;
  for (const double v : finite) sum += v;
  EXPECT_NEAR(bucket.sum, sum, 1e-9);
}

TEST(Buckets, EqualTheDefinitionAtEverySize) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Points points = random_points(seed, 1 + seed * 37);
    for (const std::size_t size : {1, 2, 7, 32, 1'000}) {
      const std::vector<Bucket> buckets = bucketize(points, size);
      ASSERT_EQ(buckets.size(), (points.size() + size - 1) / size);
      for (std::size_t b = 0; b < buckets.size(); ++b)
        expect_exact(buckets[b], points, b * size, std::min(points.size(), (b + 1) * size));
    }
  }
}

TEST(Buckets, CoarserOnesAreThoseOfThePoints) {
  const Points points = random_points(3, 5'000);
  const std::vector<Bucket> coarse = coarsen(bucketize(points, 32), 32);
  for (std::size_t b = 0; b < coarse.size(); ++b)
    expect_exact(coarse[b], points, b * 1'024,
                 std::min<std::size_t>(points.size(), (b + 1) * 1'024));
}

TEST(Cells, EachBucketGoesWholeIntoTheCellInWhichItBegins) {
  const Points points = random_points(5, 10'000);
  XyPoints xy;
  for (std::size_t i = 0; i < points.size(); ++i)
    xy.add(static_cast<double>(points.steps[i]), points.values[i]);
  std::vector<XBucket> fine = cut(xy, 8);
  std::shuffle(fine.begin(), fine.end(), std::mt19937(1));  // in any order
  const Extent extent{xy.x.front(), xy.x.back(), 100};
  Grid grid(extent);
  for (const XBucket& bucket : fine) grid.add(bucket);
  EXPECT_EQ(grid.filled().size(), 100u);
  std::size_t begin = 0;
  for (const Cell& cell : grid.filled()) {
    const std::size_t end = begin + cell.count;
    const Bucket expected = [&] {
      Bucket bucket;
      for (std::size_t i = begin; i < end; ++i) add(bucket, points.steps[i], 0, points.values[i]);
      return bucket;
    }();
    EXPECT_EQ(begin % 8, 0u);
    EXPECT_EQ(extent.cell_of(cell.x_first), extent.cell_of(xy.x[begin]));
    EXPECT_EQ(cell.x_last, xy.x[end - 1]);
    EXPECT_EQ(cell.min, expected.min);
    EXPECT_EQ(cell.max, expected.max);
    EXPECT_EQ(cell.first, expected.first);
    EXPECT_EQ(cell.last, expected.last);
    EXPECT_EQ(cell.nonfinite, expected.nonfinite);
    EXPECT_NEAR(cell.sum, expected.sum, 1e-9);
    begin = end;
  }
  EXPECT_EQ(begin, points.size());
}

// As `expect_exact`, but for the sum, which level 1 keeps to a part of the range.
void expect_dense(Bucket got, const Bucket& bucket) {
  const double range = bucket.finite() == 0 ? 0 : bucket.max - bucket.min;
  const double last_places = std::abs(bucket.sum) * 1e-13;
  EXPECT_NEAR(got.sum, bucket.sum,
              range * static_cast<double>(bucket.finite()) / 131'070 + last_places);
  got.sum = bucket.sum;
  got.step_first = bucket.step_first;
  got.step_last = bucket.step_last;
  got.time_first_us = bucket.time_first_us;
  got.time_last_us = bucket.time_last_us;
  if (bucket.finite() > 0) {
    EXPECT_EQ(got, bucket);
    return;
  }
  EXPECT_TRUE(std::isnan(got.min) && std::isnan(got.max));
  EXPECT_TRUE(std::isnan(got.first) && std::isnan(got.last));
  EXPECT_EQ(got.nonfinite, bucket.nonfinite);
}

// What decode_columns gives of a row must be what decode_values gives.
void expect_same_columns(const PyramidRow& row) {
  const std::vector<Bucket> buckets = decode_values(row);
  PyramidColumns columns;
  decode_columns(row, columns);
  ASSERT_EQ(columns.buckets, buckets.size());
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    EXPECT_TRUE(same(columns.min[i], buckets[i].min) && same(columns.max[i], buckets[i].max));
    EXPECT_TRUE(same(columns.first[i], buckets[i].first) && same(columns.last[i], buckets[i].last));
    EXPECT_EQ(columns.sum[i], buckets[i].sum);
    EXPECT_EQ(columns.nonfinite[i], static_cast<std::int64_t>(buckets[i].nonfinite));
  }
}

void expect_same_edges(const PyramidRow& row, const Points& points, std::size_t size) {
  const std::vector<Bucket> sides = decode_edges(row);
  EdgeColumns steps, times;
  decode_edges(row, Axis::kStep, steps);
  decode_edges(row, Axis::kTime, times);
  ASSERT_EQ(sides.size(), points.size() / size);
  ASSERT_EQ(steps.first.size(), sides.size());
  ASSERT_EQ(times.last.size(), sides.size());
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const std::size_t begin = i * size, last = begin + size - 1;
    EXPECT_EQ(steps.first[i], points.steps[begin]);
    EXPECT_EQ(steps.last[i], points.steps[last]);
    EXPECT_EQ(times.first[i], points.times_us[begin]);
    EXPECT_EQ(times.last[i], points.times_us[last]);
    EXPECT_EQ(sides[i].step_first, points.steps[begin]);
    EXPECT_EQ(sides[i].time_last_us, points.times_us[last]);
  }
}

TEST(Pyramid, RowsOfLevelOneComeBackAndTheirMeansNearly) {
  const Points points = random_points(9, 4'096);
  const std::vector<Bucket> buckets = bucketize(points, 64);
  ASSERT_EQ(level1_of(bucketize(points, 32)).size(), 64u);
  const std::string values = encode_values(buckets, 1), edges = encode_edges(buckets);
  const std::vector<Bucket> back = decode_values({values, 64, 1});
  ASSERT_EQ(back.size(), 64u);
  for (std::size_t i = 0; i < back.size(); ++i) expect_dense(back[i], buckets[i]);
  expect_same_columns({values, 64, 1});
  expect_same_edges({edges, 64, 1}, points, 64);
}

TEST(Pyramid, MeansOfAnyRangeComeBackNearly) {
  constexpr double kMax = std::numeric_limits<double>::max();
  for (const auto& [low, high] :
       std::vector<std::pair<double, double>>{{0, 0},
                                              {-0.0, 0.0},
                                              {-kMax, kMax},
                                              {0, 5e-324},
                                              {-5e-324, 1e-310},
                                              {1e300, 1e300},
                                              {0.1, std::nextafter(0.1, 1)},
                                              {-3, kMax}}) {
    std::vector<Bucket> buckets;
    for (int i = 0; i < 4'096; ++i) {
      if (i % 64 == 0) buckets.emplace_back();
      add(buckets.back(), i, i, i % 3 == 0 ? high : low);
    }
    const std::vector<Bucket> back = decode_values({encode_values(buckets, 1), 64, 1});
    for (std::size_t i = 0; i < back.size(); ++i) {
      EXPECT_EQ(back[i].min, buckets[i].min);
      EXPECT_EQ(back[i].max, buckets[i].max);
      if (!std::isfinite(buckets[i].sum)) continue;  // it did not fit, and still does not
      EXPECT_LE(std::abs(back[i].mean() - buckets[i].mean()),
                (high / 2 - low / 2) / 65'535 + std::abs(high) * 1e-14 + 5e-324)
          << low << " to " << high;
    }
  }
}

TEST(Pyramid, RowsOfOtherLevelsComeBackBitForBit) {
  const Points points = random_points(10, 4'096);
  const std::vector<Bucket> buckets = level2_of(bucketize(points, 32));
  ASSERT_EQ(buckets.size(), 4u);
  const std::string values = encode_values(buckets, 2), edges = encode_edges(buckets);
  const std::vector<Bucket> back = decode_values({values, 4, 2}),
                            sides = decode_edges({edges, 4, 2});
  for (std::size_t i = 0; i < back.size(); ++i) {
    EXPECT_EQ(back[i].sum, buckets[i].sum);
    EXPECT_EQ(back[i].min, buckets[i].min);
    EXPECT_EQ(back[i].last, buckets[i].last);
    EXPECT_EQ(back[i].count, 1'024u);
    EXPECT_EQ(sides[i].step_last, buckets[i].step_last);
  }
  expect_same_columns({values, 4, 2});
}

// Level 1 as schema 3 wrote it: 128 buckets of 32 points in the form of the other levels.
TEST(Pyramid, EarlierRowsOfLevelOneAreReadAsPairs) {
  const Points points = random_points(9, 4'096);
  const std::vector<Bucket> fine = bucketize(points, 32), buckets = level1_of(fine);
  const std::string values = encode_values(fine, 2), edges = encode_edges(fine);
  const std::vector<Bucket> back = decode_values({values, 128, 1});
  ASSERT_EQ(back.size(), 64u);
  for (std::size_t i = 0; i < back.size(); ++i) {
    expect_dense(back[i], buckets[i]);
    EXPECT_EQ(back[i].sum, buckets[i].sum);
  }
  expect_same_columns({values, 128, 1});
  expect_same_edges({edges, 128, 1}, points, 64);
}

TEST(Pyramid, RowsNobodyWroteAreRefused) {
  const std::vector<Bucket> buckets = bucketize(random_points(9, 4'096), 64);
  const std::string values = encode_values(buckets, 1), edges = encode_edges(buckets);
  PyramidColumns columns;
  EdgeColumns sides;
  for (const PyramidRow& row :
       {PyramidRow{std::string_view(values).substr(0, 40), 64, 1}, PyramidRow{"", 64, 1},
        PyramidRow{values, 63, 1}, PyramidRow{values, 128, 1}, PyramidRow{values, 0, 1},
        PyramidRow{values, 64, 2}, PyramidRow{values, 1'000'000'000, 1},
        PyramidRow{values, 1'000'000'000, 3}, PyramidRow{edges, 64, 1}}) {
    EXPECT_THROW(decode_values(row), Error) << row.buckets;
    EXPECT_THROW(decode_columns(row, columns), Error) << row.buckets;
  }
  EXPECT_THROW(decode_edges({edges, 1'000'000'000, 1}, Axis::kStep, sides), Error);
  EXPECT_THROW(decode_edges({edges, 128, 1}), Error);
  EXPECT_THROW(decode_edges({values, 64, 1}), Error);
  std::mt19937_64 random(3);
  for (int i = 0; i < 5'000; ++i) {  // whatever is flipped: refused, or as many buckets
    std::string bytes = values;
    for (auto flips = 1 + random() % 4; flips > 0; --flips)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    try {
      decode_columns({bytes, 64, 1}, columns);
      for (std::size_t b = 0; b < 64; ++b) EXPECT_LE(columns.nonfinite[b], 64);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kDataLoss);
    }
  }
}

TEST(Pyramid, LevelIsTheCoarsestThatGivesEnough) {
  EXPECT_EQ(level_for(1'000, 1'000), 0);
  EXPECT_EQ(level_for(31'999, 1'000), 0);
  EXPECT_EQ(level_for(32'000, 1'000), 1);
  EXPECT_EQ(level_for(1'000'000, 1'000), 1);
  EXPECT_EQ(level_for(2'000'000, 1'000), 2);
  EXPECT_EQ(level_for(100'000'000, 3'000), 3);
}

}  // namespace
}  // namespace tracker::core
