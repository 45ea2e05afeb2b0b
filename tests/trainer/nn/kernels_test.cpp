#include "nn/kernels/cpu/kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "nn/kernels/cpu/reference.hpp"

namespace trainer::nn::cpu {
namespace {

constexpr DropoutPlace kOff{};
constexpr DropoutPlace kPlace{
    .seed = 0x1234567890ABCDEFULL, .step = 7, .site = 3, .threshold = 6554, .scale = 1.11F};

std::vector<float> random_values(std::size_t n, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  std::vector<float> out(n);
  for (float& x : out) x = normal(generator);
  return out;
}

// Published known answers of philox4x32-10 (Random123's kat_vectors).
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}

TEST(Dropout, EqualsTheReferenceElementByElement) {
  constexpr std::int64_t kRows = 3;
  constexpr std::int64_t kColumns = 333;  // two whole groups and a part
  const std::vector<float> x(static_cast<std::size_t>(kRows * kColumns), 1.0F);
  std::vector<float> y(x.size());
  kernels().f32.dropout({.x = x.data(), .y = y.data(), .columns = kColumns, .place = kPlace},
                        {0, kRows});
  for (std::uint32_t r = 0; r < kRows; ++r) {
    for (std::uint32_t c = 0; c < kColumns; ++c) {
      EXPECT_EQ(y[r * kColumns + c], dropout_factor(kPlace, r, c)) << r << "," << c;
    }
  }
}

TEST(Dropout, DropsTheShareItIsAskedFor) {
  constexpr std::int64_t kColumns = 100'000;
  const std::vector<float> x(static_cast<std::size_t>(kColumns), 1.0F);
  std::vector<float> y(x.size());
  kernels().f32.dropout({.x = x.data(), .y = y.data(), .columns = kColumns, .place = kPlace},
                        {0, 1});
  double dropped = 0;
  for (const float v : y) dropped += v == 0.0F ? 1 : 0;
  EXPECT_NEAR(dropped / kColumns, 0.1, 0.005);
}

TEST(Dropout, OtherSiteOtherElements) {
  DropoutPlace other = kPlace;
  other.site = 4;
  int equal = 0;
  for (std::uint32_t c = 0; c < 1000; ++c)
    equal += dropout_factor(kPlace, 0, c) == dropout_factor(other, 0, c);
  EXPECT_LT(equal, 900);  // 820 expected of independent draws
}

TEST(Softmax, EqualsDoubleArithmetic) {
  constexpr std::int64_t kKeys = 77;
  const std::vector<float> scores = random_values(2 * kKeys, 1);
  std::vector<float> work = scores;
  std::vector<float> probs(scores.size());
  std::vector<float> lse(2);
  kernels().f32.softmax({.scores = work.data(),
                         .probs = probs.data(),
                         .lse = lse.data(),
                         .rows = 2,
                         .keys = kKeys,
                         .scale = 3.0F,
                         .row_id = 10,
                         .row_stride = 5,
                         .place = kPlace});
  for (std::uint32_t r = 0; r < 2; ++r) {
    double total = 0;
    for (int c = 0; c < kKeys; ++c)
      total += std::exp(3.0 * static_cast<double>(scores[r * kKeys + c]));
    EXPECT_NEAR(lse[r], std::log(total), 2e-6);
    for (std::uint32_t c = 0; c < kKeys; ++c) {
      const double p = std::exp(3.0 * static_cast<double>(scores[r * kKeys + c])) / total;
      const double expected = p * static_cast<double>(dropout_factor(kPlace, 10 + 5 * r, c));
      EXPECT_NEAR(probs[r * kKeys + c], expected, 1e-6 * expected + 1e-9);
    }
  }
}

TEST(Softmax, FarBelowTheMaximumIsZeroAndLargeScoresStayFinite) {
  std::vector<float> scores = {1e4F, -1e4F, 1e4F, 0.0F};
  std::vector<float> lse(1);
  kernels().f32.softmax({.scores = scores.data(),
                         .probs = scores.data(),
                         .lse = lse.data(),
                         .rows = 1,
                         .keys = 4,
                         .place = kOff});
  EXPECT_EQ(scores, (std::vector<float>{0.5F, 0.0F, 0.5F, 0.0F}));
}

TEST(AddNorm, EqualsDoubleArithmetic) {
  constexpr std::int64_t kColumns = 100;
  const auto x = random_values(kColumns, 2);
  const auto residual = random_values(kColumns, 3);
  const auto gamma = random_values(kColumns, 4);
  const auto beta = random_values(kColumns, 5);
  std::vector<float> sum(kColumns);
  std::vector<float> y(kColumns);
  float mean = 0;
  float rstd = 0;
  kernels().f32.add_norm({.x = x.data(),
                          .residual = residual.data(),
                          .gamma = gamma.data(),
                          .beta = beta.data(),
                          .sum = sum.data(),
                          .y = y.data(),
                          .mean = &mean,
                          .rstd = &rstd,
                          .columns = kColumns,
                          .eps = 1e-5F,
                          .place = kPlace},
                         {0, 1});
  double m = 0;
  double v = 0;
  for (std::uint32_t c = 0; c < kColumns; ++c) {
    EXPECT_NEAR(sum[c], residual[c] + x[c] * dropout_factor(kPlace, 0, c), 1e-6);
    m += static_cast<double>(sum[c]) / kColumns;
  }
  for (const float s : sum) v += (s - m) * (s - m) / kColumns;
  for (std::size_t c = 0; c < kColumns; ++c) {
    EXPECT_NEAR(y[c], (sum[c] - m) / std::sqrt(v + 1e-5) * static_cast<double>(gamma[c]) + beta[c],
                1e-5);
  }
}

TEST(AddRmsNorm, EqualsDoubleArithmetic) {
  constexpr std::int64_t kColumns = 100;
  const auto x = random_values(kColumns, 2);
  const auto residual = random_values(kColumns, 3);
  const auto gamma = random_values(kColumns, 4);
  std::vector<float> sum(kColumns);
  std::vector<float> y(kColumns);
  float rstd = 0;
  kernels().f32.add_rms_norm({.x = x.data(),
                              .residual = residual.data(),
                              .gamma = gamma.data(),
                              .sum = sum.data(),
                              .y = y.data(),
                              .rstd = &rstd,
                              .columns = kColumns,
                              .gamma_offset = 1.0F,
                              .eps = 1e-5F},
                             {0, 1});
  double squares = 0;
  for (const float s : sum) squares += static_cast<double>(s) * static_cast<double>(s) / kColumns;
  for (std::size_t c = 0; c < kColumns; ++c) {
    EXPECT_NEAR(sum[c], residual[c] + x[c], 1e-6);
    EXPECT_NEAR(y[c], sum[c] / std::sqrt(squares + 1e-5) * (1.0 + static_cast<double>(gamma[c])),
                1e-5);
  }
}

// A row sees only its range; the others get probability 0, and dropout goes by the column's place.
TEST(Softmax, SeesItsRangeOnly) {
  constexpr std::int64_t kKeys = 200;
  std::vector<float> scores = random_values(2 * kKeys, 7);
  const std::vector<float> raw = scores;
  std::vector<float> probs(scores.size());
  std::vector<float> lse(2);
  kernels().f32.softmax({.scores = scores.data(),
                         .probs = probs.data(),
                         .lse = lse.data(),
                         .rows = 2,
                         .keys = kKeys,
                         .visible = {.begin = 30, .end = 131},
                         .first_column = 256,
                         .row_id = 4,
                         .place = kPlace});
  for (std::uint32_t r = 0; r < 2; ++r) {
    double total = 0;
    for (std::uint32_t c = 30 + r; c < 131 + r; ++c)
      total += std::exp(static_cast<double>(raw[r * kKeys + c]));
    for (std::uint32_t c = 0; c < kKeys; ++c) {
      const bool seen = c >= 30 + r && c < 131 + r;
      const double p = seen ? std::exp(static_cast<double>(raw[r * kKeys + c])) / total : 0.0;
      const double expected = p * static_cast<double>(dropout_factor(kPlace, 4 + r, 256 + c));
      EXPECT_NEAR(probs[r * kKeys + c], expected, 1e-6 * expected + 1e-9) << r << "," << c;
    }
  }
}

TEST(ToBf16, RoundsToNearestEvenAndKeepsNan) {
  const std::vector<float> x = {1.0F, 1.00390625F, 1.01171875F, std::nanf(""), INFINITY};
  std::vector<Bf16> y(x.size());
  kernels().to_bf16(x.data(), y.data(), {0, static_cast<std::int64_t>(x.size())});
  EXPECT_EQ(y[0].bits, 0x3F80);
  EXPECT_EQ(y[1].bits, 0x3F80);  // a tie, to even
  EXPECT_EQ(y[2].bits, 0x3F82);  // a tie, to even
  EXPECT_EQ(y[3].bits & 0x7FC0, 0x7FC0);
  EXPECT_EQ(y[4].bits, 0x7F80);
}

TEST(SumOfSquares, EqualsDoubleArithmetic) {
  const auto x = random_values(5003, 6);
  double expected = 0;
  for (const float v : x) expected += static_cast<double>(v) * static_cast<double>(v);
  EXPECT_NEAR(kernels().sum_of_squares(x.data(), {0, 5003}), expected, 1e-6 * expected);
}

}  // namespace
}  // namespace trainer::nn::cpu
