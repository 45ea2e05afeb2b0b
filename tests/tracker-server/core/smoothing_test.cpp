#include "core/smoothing.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include <tracker/error.hpp>

// Against the formulas of docs/http-api.md, written down as plain loops over all points for each
// one of them: no recurrence, no prefix sums, no windows that move.
namespace tracker::core {
namespace {

struct Data {
  std::vector<double> x, y;
};

Data random_data(unsigned seed, std::size_t count) {
  std::mt19937 random(seed);
  std::normal_distribution<double> noise(2, 0.5);
  Data data;
  double x = 100;
  for (std::size_t i = 0; i < count; ++i) {
    data.x.push_back(x += 0.25 + static_cast<double>(random() % 8));
    const auto kind = random() % 25;
    data.y.push_back(kind == 0 ? std::nan("") : kind == 1 ? HUGE_VAL : noise(random));
  }
  return data;
}

// out[i] = Σ weight(i, j) y_j / Σ weight(i, j) over finite points; k counts those.
template <class Weight>
std::vector<double> by_weights(const Data& data, const Weight& weight) {
  std::vector<std::size_t> finite;
  for (std::size_t i = 0; i < data.y.size(); ++i)
    if (std::isfinite(data.y[i])) finite.push_back(i);
  std::vector<double> out = data.y;
  for (std::size_t i = 0; i < finite.size(); ++i) {
    long double sum = 0, weights = 0;
    for (std::size_t j = 0; j < finite.size(); ++j) {
      const long double w = weight(i, j, data.x[finite[i]], data.x[finite[j]]);
      sum += w * data.y[finite[j]];
      weights += w;
    }
    out[finite[i]] = static_cast<double>(sum / weights);
  }
  return out;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (!std::isfinite(expected[i])) {
      ASSERT_TRUE(std::isnan(expected[i]) ? std::isnan(got[i]) : got[i] == expected[i]) << i;
      continue;
    }
    ASSERT_NEAR(got[i], expected[i], 1e-10) << i;
  }
}

TEST(Smoothing, EmaIsTheDebiasedWeightedMeanOfWhatWasBefore) {
  for (const double s : {0.0, 0.3, 0.9, 0.999}) {
    const Data data = random_data(1, 400);
    expect_near(smooth({SmoothingKind::kEma, s}, data.x, data.y),
                by_weights(data, [&](std::size_t i, std::size_t j, double, double) {
                  return j > i ? 0.0 : std::pow(s, static_cast<double>(i - j));
                }));
  }
}

TEST(Smoothing, TimeWeightedEmaWeighsByTheDistanceInX) {
  for (const double p : {0.0, 0.5, 0.99, 0.99999}) {
    const Data data = random_data(2, 400);
    std::vector<double> x;
    for (std::size_t i = 0; i < data.x.size(); ++i)
      if (std::isfinite(data.y[i])) x.push_back(data.x[i]);
    const double extent = x.back() - x.front(), w = std::min(std::sqrt(p), 0.999);
    expect_near(smooth({SmoothingKind::kTimeWeightedEma, p}, data.x, data.y),
                by_weights(data, [&](std::size_t i, std::size_t j, double at, double other) {
                  return j > i ? 0.0 : std::pow(w, (at - other) / extent * 1'000);
                }));
  }
}

TEST(Smoothing, GaussianWeighsByTheDistanceInXUpToThreeSigma) {
  for (const double sigma : {0.1, 5.0, 200.0}) {
    const Data data = random_data(3, 400);
    expect_near(smooth({SmoothingKind::kGaussian, sigma}, data.x, data.y),
                by_weights(data, [&](std::size_t, std::size_t, double at, double other) {
                  const double d = other - at;
                  return std::fabs(d) > 3 * sigma ? 0.0 : std::exp(-d * d / (2 * sigma * sigma));
                }));
  }
}

TEST(Smoothing, RunningMeanIsThatOfTheCentredWindowCutAtTheEnds) {
  for (const int k : {1, 2, 3, 10, 51, 10'000}) {
    const Data data = random_data(4, 400);
    const int before = (k - 1) / 2, behind = k - 1 - before;
    expect_near(smooth({SmoothingKind::kRunningMean, static_cast<double>(k)}, data.x, data.y),
                by_weights(data, [&](std::size_t i, std::size_t j, double, double) {
                  const auto d = static_cast<long>(j) - static_cast<long>(i);
                  return d >= -before && d <= behind ? 1.0 : 0.0;
                }));
  }
}

TEST(Smoothing, AConstantSeriesStaysAsItIs) {
  const std::vector<double> x{1, 2, 3, 4}, y{0.1, 0.1, std::nan(""), 0.1};
  for (const Smoothing& smoothing :
       {Smoothing{SmoothingKind::kEma, 0.7}, Smoothing{SmoothingKind::kTimeWeightedEma, 0.7},
        Smoothing{SmoothingKind::kGaussian, 2}, Smoothing{SmoothingKind::kRunningMean, 3}}) {
    const auto out = smooth(smoothing, x, y);
    EXPECT_EQ(out[0], 0.1);
    EXPECT_TRUE(std::isnan(out[2]));
    EXPECT_EQ(out[3], 0.1);
  }
}

// Buckets whose points all have one value, evenly spaced: then nothing is lost by taking them
// together.
TEST(Smoothing, OverBucketsOfEqualPointsItIsThatOfThePoints) {
  XyPoints points;
  std::mt19937 random(5);
  for (int bucket = 0; bucket < 60; ++bucket) {
    const double value = static_cast<double>(random() % 100);
    for (int i = 0; i < 8; ++i) points.add(bucket * 8 + i, value);
  }
  const auto buckets = cut(points, 8);
  for (const Smoothing& smoothing :
       {Smoothing{SmoothingKind::kEma, 0.95}, Smoothing{SmoothingKind::kTimeWeightedEma, 0.9}}) {
    const auto exact = smooth(smoothing, points.x, points.y);
    const auto over = smooth(smoothing, buckets);
    for (std::size_t i = 0; i < over.size(); ++i) EXPECT_NEAR(over[i], exact[i * 8 + 7], 1e-9);
  }
  const auto exact = smooth({SmoothingKind::kRunningMean, 81}, points.x, points.y);
  const auto over = smooth({SmoothingKind::kRunningMean, 81}, buckets);
  // At both ends the windows of neighbours are cut to different lengths.
  for (std::size_t i = 6; i + 6 < over.size(); ++i)
    EXPECT_NEAR(over[i], (exact[i * 8 + 3] + exact[i * 8 + 4]) / 2, 1e-9) << i;
}

TEST(Smoothing, OneTermAPointIsTheLeastAGaussianCosts) {
  const std::vector<double> x{0, 10, 20, 30};
  EXPECT_EQ(gaussian_terms(1, x), 4);
  EXPECT_EQ(gaussian_terms(1'000, x), 16);
}

TEST(Smoothing, ParametersOutOfRangeAreRefused) {
  for (const Smoothing& bad :
       {Smoothing{SmoothingKind::kEma, 1}, Smoothing{SmoothingKind::kEma, -0.1},
        Smoothing{SmoothingKind::kTimeWeightedEma, std::nan("")},
        Smoothing{SmoothingKind::kGaussian, 0}, Smoothing{SmoothingKind::kGaussian, HUGE_VAL},
        Smoothing{SmoothingKind::kRunningMean, 0}, Smoothing{SmoothingKind::kRunningMean, 2.5}})
    EXPECT_THROW(bad.check(), Error);
}

}  // namespace
}  // namespace tracker::core
