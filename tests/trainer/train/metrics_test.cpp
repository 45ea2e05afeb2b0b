#include "train/metrics.hpp"

#include <gtest/gtest.h>

#include <map>

namespace trainer::train {
namespace {

std::map<std::string, double> of(const std::vector<float>& scores, std::int64_t classes,
                                 const std::vector<std::int64_t>& labels) {
  const Metrics metrics = classification_metrics(scores, classes, labels);
  return {metrics.begin(), metrics.end()};
}

// Predictions 1 1 0 0 1 for labels 1 0 0 1 1: two hits of class 1, one of class 0, one false alarm,
// one miss.
TEST(Metrics, TwoClassesByHand) {
  const auto m = of({0, 2, 0, 1, 3, 0, 0.5F, 0, 0, 0.25F}, 2, {1, 0, 0, 1, 1});
  EXPECT_DOUBLE_EQ(m.at("accuracy"), 0.6);
  EXPECT_NEAR(m.at("precision"), 2.0 / 3, 1e-12);
  EXPECT_NEAR(m.at("recall"), 2.0 / 3, 1e-12);
  EXPECT_NEAR(m.at("f1"), 2.0 / 3, 1e-12);
  EXPECT_NEAR(m.at("mcc"), (2.0 * 1 - 1.0 * 1) / 6, 1e-12);  // sqrt(3*3*2*2)
  EXPECT_NEAR(m.at("auc"), 4.0 / 6,
              1e-12);  // pairs ordered rightly: 2>1, 2>-3, .25>-3, -.5>-3; wrong: 1>.25, 1>-.5
}

TEST(Metrics, EqualScoresCountHalfInTheAuc) {
  EXPECT_DOUBLE_EQ(of({0, 1, 0, 1}, 2, {0, 1}).at("auc"), 0.5);
}

TEST(Metrics, LabelsOfOneClassHaveNoAuc) {
  EXPECT_FALSE(of({0, 1, 0, 1}, 2, {1, 1}).contains("auc"));
}

TEST(Metrics, ThreeClassesAreMeansOverClasses) {
  // Predictions 0 1 2 2 for labels 0 1 2 1.
  const auto m = of({1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1}, 3, {0, 1, 2, 1});
  EXPECT_DOUBLE_EQ(m.at("accuracy"), 0.75);
  EXPECT_NEAR(m.at("recall"), (1 + 0.5 + 1) / 3, 1e-12);
  EXPECT_NEAR(m.at("precision"), (1 + 1 + 0.5) / 3, 1e-12);
  EXPECT_NEAR(m.at("f1"), (1 + 2.0 / 3 + 2.0 / 3) / 3, 1e-12);
}

}  // namespace
}  // namespace trainer::train
