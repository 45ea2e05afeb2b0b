#include "core/buckets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

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

TEST(Pyramid, RowsComeBack) {
  const Points points = random_points(9, 4'096);
  const std::vector<Bucket> buckets = bucketize(points, 32);
  const std::string values = encode_values(buckets);
  const std::string edges = encode_edges(buckets);
  std::vector<Bucket> back = decode_values({values, 128}, 1);
  ASSERT_EQ(back.size(), 128u);
  const std::vector<Bucket> sides = decode_edges({edges, 128});
  for (std::size_t i = 0; i < back.size(); ++i) {
    back[i].step_first = sides[i].step_first;
    back[i].step_last = sides[i].step_last;
    back[i].time_first_us = sides[i].time_first_us;
    back[i].time_last_us = sides[i].time_last_us;
  }
  PyramidColumns columns;
  decode_columns({values, 128}, 1, columns);
  EdgeColumns steps, times;
  decode_edges({edges, 128}, Axis::kStep, steps);
  decode_edges({edges, 128}, Axis::kTime, times);
  for (std::size_t i = 0; i < back.size(); ++i) {
    EXPECT_EQ(columns.sum[i], back[i].sum);
    EXPECT_EQ(columns.nonfinite[i], static_cast<std::int64_t>(back[i].nonfinite));
    EXPECT_EQ(steps.last[i], back[i].step_last);
    EXPECT_EQ(times.first[i], back[i].time_first_us);
  }
  EXPECT_THROW(decode_columns({std::string_view(values).substr(0, 40), 128}, 1, columns),
               std::exception);
  EXPECT_THROW(decode_columns({values, 1'000'000'000}, 1, columns), std::exception);
  EXPECT_THROW(decode_edges({edges, 1'000'000'000}, Axis::kStep, steps), std::exception);
  for (std::size_t i = 0; i < back.size(); ++i) expect_exact(back[i], points, i * 32, i * 32 + 32);
  EXPECT_THROW(decode_values({values, 127}, 1), std::exception);
  EXPECT_THROW(decode_values({std::string_view(values).substr(0, 40), 128}, 1), std::exception);
  EXPECT_THROW(decode_values({values, 1'000'000'000}, 1), std::exception);
}

TEST(Pyramid, LevelIsTheCoarsestThatGivesEnough) {
  EXPECT_EQ(level_for(1'000, 1'000), 0);
  EXPECT_EQ(level_for(32'000, 1'000), 1);
  EXPECT_EQ(level_for(1'000'000, 1'000), 1);
  EXPECT_EQ(level_for(2'000'000, 1'000), 2);
  EXPECT_EQ(level_for(100'000'000, 3'000), 3);
}

}  // namespace
}  // namespace tracker::core
