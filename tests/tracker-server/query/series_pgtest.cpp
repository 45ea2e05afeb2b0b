#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include <tracker/error.hpp>

#include "query/series.hpp"
#include "series_fixture.hpp"
#include "tracker-server/storage/earlier_form.hpp"

// Answers compared with brute force over random logs: what a reader of the documentation would work
// out from the rows, one by one.
namespace tracker::query {
namespace {

// Straight from the definition, over points[begin, end).
void expect_envelope(const Series& series, std::size_t bucket, const Expected& points,
                     std::size_t begin, std::size_t end) {
  std::vector<double> finite;
  for (std::size_t i = begin; i < end; ++i)
    if (std::isfinite(points[i].second)) finite.push_back(points[i].second);
  const auto at = [&](const char* name) { return column(series.columns, name)[bucket]; };
  ASSERT_EQ(at("x"), points[begin].first);
  ASSERT_EQ(at("x_last"), points[end - 1].first);
  ASSERT_EQ(at("nonfinite"), static_cast<double>(end - begin - finite.size()));
  if (!series.x_rises) {
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (std::size_t i = begin; i < end; ++i) {
      low = std::min(low, points[i].first);
      high = std::max(high, points[i].first);
    }
    ASSERT_EQ(at("x_min"), low);
    ASSERT_EQ(at("x_max"), high);
  }
  if (finite.empty()) {
    ASSERT_TRUE(std::isnan(at("min")) && std::isnan(at("last")) && std::isnan(at("mean")));
    return;
  }
  ASSERT_EQ(at("min"), *std::min_element(finite.begin(), finite.end()));
  ASSERT_EQ(at("max"), *std::max_element(finite.begin(), finite.end()));
  ASSERT_EQ(at("first"), finite.front());
  ASSERT_EQ(at("last"), finite.back());
  double sum = 0;
  for (const double v : finite) sum += v;
  // Of buckets of 64 points the mean is kept to a part of their range.
  ASSERT_NEAR(at("mean"), sum / static_cast<double>(finite.size()),
              1e-9 + (at("max") - at("min")) / 131'070);
}

void expect_answer(const Series& series, const Expected& points, const SeriesRequest& request) {
  ASSERT_EQ(series.total, points.size());
  if (points.size() <= 2 * request.width) {
    ASSERT_EQ(series.mode, Series::Mode::kRaw);
    const auto x = column(series.columns, "x"), y = column(series.columns, "y");
    ASSERT_EQ(x.size(), points.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      ASSERT_EQ(x[i], points[i].first);
      ASSERT_TRUE(same(y[i], points[i].second));
    }
    return;
  }
  ASSERT_EQ(series.mode, Series::Mode::kBuckets);
  const auto count = column(series.columns, "count");
  ASSERT_LE(count.size(), request.width);
  std::size_t at = 0;
  for (std::size_t i = 0; i < count.size(); ++i) {
    const auto n = static_cast<std::size_t>(count[i]);
    ASSERT_TRUE(n > 0 && at + n <= points.size());
    expect_envelope(series, i, points, at, at + n);
    if (testing::Test::HasFatalFailure()) return;
    at += n;
  }
  ASSERT_EQ(at, points.size());
}

SeriesRequest random_request(std::mt19937& random, const LoggedRun& run, XAxis axis) {
  SeriesRequest request;
  request.runs = {run.id};
  request.keys = {"loss"};
  request.x = axis;
  if (axis == XAxis::kMetric) request.x_metric = "tokens";
  request.width = 1 + random() % 300;
  const Expected all = expected_of(run, request);
  if (all.empty() || random() % 4 == 0) return request;
  double low = all[random() % all.size()].first, high = all[random() % all.size()].first;
  if (low > high) std::swap(low, high);
  if (random() % 5 != 0) request.from = low;
  if (random() % 5 != 0) request.to = high;
  return request;
}

void expect_all(storage::Database& database, const LoggedRun& run, unsigned seed) {
  std::mt19937 random(seed);
  for (const XAxis axis : {XAxis::kStep, XAxis::kTime, XAxis::kRelative, XAxis::kMetric})
    for (int i = 0; i < 12; ++i) {
      const SeriesRequest request = random_request(random, run, axis);
      const SeriesAnswer answer = read_series(database, request);
      ASSERT_EQ(answer.series.size(), 1u);
      SCOPED_TRACE(testing::Message()
                   << "seed " << seed << " axis " << to_text(axis) << " width " << request.width
                   << " from " << request.from.value_or(-1) << " to " << request.to.value_or(-1));
      expect_answer(answer.series[0], expected_of(run, request), request);
      if (testing::Test::HasFatalFailure()) return;
    }
}

TEST_F(SeriesQuery, RisingLogsAnswerAsBruteForceSays) {
  for (unsigned seed = 1; seed <= 3; ++seed) expect_all(*database, log_run(seed, {}), seed);
}

TEST_F(SeriesQuery, FallingAndRepeatedStepsAnswerAsBruteForceSays) {
  for (unsigned seed = 10; seed <= 12; ++seed)
    expect_all(*database, log_run(seed, {.falls = true}), seed);
}

TEST_F(SeriesQuery, AnXThatFallsAnswersInStepOrder) {
  for (unsigned seed = 20; seed <= 22; ++seed)
    expect_all(*database, log_run(seed, {.alone = false, .tokens_fall = true}), seed);
}

TEST_F(SeriesQuery, NothingCompactedAnswersTheSame) {
  expect_all(*database, log_run(30, {.compact_every = 0}), 30);
}

// Long enough for all of the pyramid's ways: one group, windows among the highest buckets, ends
// inside of buckets, the rest behind the last full chunk, and a tail.
TEST_F(SeriesQuery, LongLogsAnswerAsBruteForceSaysThroughThePyramid) {
  const LoggedRun run =
      log_run(40, {.frames = 80, .most_rows = 3'000, .alone = false, .compact_every = 7});
  ASSERT_GT(run.keys.at("loss").size(), 90'000u);
  expect_all(*database, run, 40);
  storage::store_as_schema_3(*database, run.id, {"loss", "tokens"});
  expect_all(*database, run, 40);
}

TEST_F(SeriesQuery, LongLogsWhoseXFallsAnswerAsBruteForceSays) {
  Shape shape{.frames = 80, .most_rows = 3'000, .alone = false, .tokens_fall = true};
  expect_all(*database, log_run(41, shape), 41);
  shape.tokens_finite = true;  // buckets are read, and found to be of no use
  expect_all(*database, log_run(43, shape), 43);
}

// In groups that interleave, a bucket of points that lie one behind the other in a group has points
// of the other between them: no point is lost, and the envelope of all is exact.
TEST_F(SeriesQuery, LongLogsInTwoGroupsLoseNothing) {
  const LoggedRun run = log_run(42, {.frames = 90, .most_rows = 3'000, .compact_every = 7});
  SeriesRequest request{.runs = {run.id}, .keys = {"loss"}, .width = 100};
  const auto series = ask(request).series[0];
  const Expected points = expected_of(run, request);
  ASSERT_EQ(series.total, points.size());
  double low = HUGE_VAL, high = -HUGE_VAL, expected_low = HUGE_VAL, expected_high = -HUGE_VAL;
  for (const double v : column(series.columns, "min")) low = std::min(low, v);
  for (const double v : column(series.columns, "max")) high = std::max(high, v);
  for (const auto& [x, y] : points) {
    if (!std::isfinite(y)) continue;
    expected_low = std::min(expected_low, y);
    expected_high = std::max(expected_high, y);
  }
  EXPECT_EQ(low, expected_low);
  EXPECT_EQ(high, expected_high);
}

TEST_F(SeriesQuery, ManyRunsAndKeysAreAnsweredInOrderUnknownOnesEmpty) {
  const LoggedRun a = log_run(50, {}), b = log_run(51, {.falls = true});
  SeriesRequest request;
  request.runs = {b.id, core::RunId::random(), a.id};
  request.keys = {"tokens", "nothing", "loss"};
  request.width = 5'000;
  const auto answer = ask(request).series;
  ASSERT_EQ(answer.size(), 9u);
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(answer[i].run, request.runs[i / 3]);
    EXPECT_EQ(answer[i].key, request.keys[i % 3]);
  }
  EXPECT_EQ(answer[0].total, b.keys.at("tokens").size());
  EXPECT_EQ(answer[1].total, 0u);
  EXPECT_EQ(answer[5].total, 0u);
  EXPECT_EQ(answer[8].total, a.keys.at("loss").size());
}

struct XAndY {
  std::vector<double> x, y;
};
XAndY history_of(const LoggedRun& run) {
  XAndY out;
  for (const auto& [step, value] : run.keys.at("loss")) {
    out.x.push_back(static_cast<double>(step));
    out.y.push_back(value);
  }
  return out;
}

TEST_F(SeriesQuery, SmoothedLinesAreThoseOfTheWholeHistoryWhateverTheZoom) {
  const LoggedRun run = log_run(60, {.frames = 60});
  SeriesRequest request{.runs = {run.id}, .keys = {"loss"}, .width = 8'192};
  const auto [x, y] = history_of(run);
  for (const core::Smoothing& smoothing :
       {core::Smoothing{core::SmoothingKind::kEma, 0.9},
        core::Smoothing{core::SmoothingKind::kTimeWeightedEma, 0.99},
        core::Smoothing{core::SmoothingKind::kGaussian, 25.0},
        core::Smoothing{core::SmoothingKind::kRunningMean, 21}}) {
    request.smoothing = smoothing;
    const auto expected = core::smooth(smoothing, x, y);
    request.from = request.to = std::nullopt;
    const auto whole = ask(request).series[0];
    EXPECT_EQ(whole.smoothed_over, 1u);
    const std::size_t from = x.size() / 3, to = x.size() / 2;
    request.from = x[from];
    request.to = x[to];
    const auto zoomed = column(ask(request).series[0].columns, "smoothed");
    const auto all = column(whole.columns, "smoothed");
    ASSERT_EQ(all.size(), expected.size());
    for (std::size_t i = 0; i < all.size(); ++i) ASSERT_TRUE(same(all[i], expected[i])) << i;
    ASSERT_EQ(zoomed.size(), to - from + 1);
    for (std::size_t i = 0; i < zoomed.size(); ++i)
      ASSERT_TRUE(same(zoomed[i], expected[from + i]));
  }
}

TEST_F(SeriesQuery, BucketsCarryTheMeanOfTheSmoothedPoints) {
  const LoggedRun run = log_run(61, {.frames = 60});
  SeriesRequest request{.runs = {run.id}, .keys = {"loss"}, .width = 50};
  request.smoothing = core::Smoothing{core::SmoothingKind::kEma, 0.8};
  const auto series = ask(request).series[0];
  const auto [x, y] = history_of(run);
  const auto smoothed = core::smooth(*request.smoothing, x, y);
  const auto count = column(series.columns, "count"), got = column(series.columns, "smoothed");
  std::size_t at = 0;
  for (std::size_t i = 0; i < count.size(); ++i) {
    double sum = 0, n = 0;
    for (std::size_t k = 0; k < static_cast<std::size_t>(count[i]); ++k, ++at) {
      if (!std::isfinite(smoothed[at])) continue;
      sum += smoothed[at];
      n += 1;
    }
    ASSERT_NEAR(got[i], sum / n, 1e-12);
  }
}

TEST_F(SeriesQuery, LimitsAreNamed) {
  const auto fails = [&](const SeriesRequest& request) {
    try {
      ask(request);
      return false;
    } catch (const Error& error) {
      return error.code() == ErrorCode::kInvalidArgument;
    }
  };
  SeriesRequest request;
  request.keys = {"loss"};
  request.width = kLargestWidth + 1;
  EXPECT_TRUE(fails(request));
  request.width = 100;
  request.smoothing = core::Smoothing{core::SmoothingKind::kEma, 1.0};
  EXPECT_TRUE(fails(request));
  request.smoothing.reset();
  EXPECT_FALSE(fails(request));
  request.groups.assign(3, {"g", std::vector<core::RunId>(400, core::RunId::random())});
  EXPECT_TRUE(fails(request));
}

TEST_F(SeriesQuery, TheTagChangesWithEachPartOfTheRequest) {
  const LoggedRun run = log_run(80, {.frames = 2});
  SeriesRequest request{.runs = {run.id}, .keys = {"loss"}};
  std::vector<std::string> tags{series_tag(*database, request)};
  EXPECT_EQ(series_tag(*database, request), tags[0]);
  request.smoothing = core::Smoothing{core::SmoothingKind::kEma, 0.5};
  tags.push_back(series_tag(*database, request));
  request.x = XAxis::kMetric;
  request.x_metric = "tokens";
  tags.push_back(series_tag(*database, request));
  request.groups = {{"g", {run.id}}};
  tags.push_back(series_tag(*database, request));
  std::sort(tags.begin(), tags.end());
  EXPECT_EQ(std::unique(tags.begin(), tags.end()), tags.end());
}

}  // namespace
}  // namespace tracker::query
