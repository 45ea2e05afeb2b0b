#include "train/probabilities.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace trainer::train {
namespace {

TEST(Probabilities, AreSoftmaxOfARow) {
  const std::vector<float> logits = {1.0F, 2.0F, -0.5F};
  const double sum = std::exp(1.0) + std::exp(2.0) + std::exp(-0.5);
  const std::vector<double> p = probabilities(logits), costs = cross_entropies(logits);
  ASSERT_EQ(p.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(p[i], std::exp(static_cast<double>(logits[i])) / sum, 1e-15);
    EXPECT_NEAR(costs[i], std::log(sum) - static_cast<double>(logits[i]), 1e-15);
  }
}

TEST(Probabilities, LargeLogitsNeitherOverflowNorVanish) {
  const std::vector<float> logits = {1e30F, 1e30F, -1e30F};
  EXPECT_EQ(probabilities(logits), (std::vector<double>{0.5, 0.5, 0.0}));
  EXPECT_EQ(cross_entropies(std::vector<float>{1000.0F, 0.0F}), (std::vector<double>{0.0, 1000.0}));
}

TEST(Probabilities, OneThatIsNoNumberSpoilsItsRow) {
  for (const double p : probabilities(std::vector<float>{0.0F, std::nanf(""), 1.0F}))
    EXPECT_TRUE(std::isnan(p));
}

TEST(Probabilities, BinaryCrossEntropyHoldsFarFromZero) {
  EXPECT_NEAR(sigmoid(0.3), 1.0 / (1.0 + std::exp(-0.3)), 1e-15);
  EXPECT_NEAR(binary_cross_entropy(0.3, 1.0), -std::log(sigmoid(0.3)), 1e-15);
  EXPECT_NEAR(binary_cross_entropy(0.3, 0.0), -std::log(1.0 - sigmoid(0.3)), 1e-15);
  EXPECT_EQ(binary_cross_entropy(1e4, 0.0), 1e4);
  EXPECT_EQ(binary_cross_entropy(-1e4, 0.0), 0.0);
}

}  // namespace
}  // namespace trainer::train
