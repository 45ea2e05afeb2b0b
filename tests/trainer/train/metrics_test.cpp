#include "train/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "train/confusion.hpp"
#include "trainer/train/golden_cases.hpp"

namespace trainer::train {
namespace {

std::map<std::string, double> as_map(const Metrics& metrics) {
  return {metrics.begin(), metrics.end()};
}

std::map<std::string, double> of(const std::vector<float>& scores, std::int64_t classes,
                                 const std::vector<std::int64_t>& labels) {
  return as_map(classification_metrics(scores, classes, labels));
}

Metrics metrics_of(const nlohmann::json& golden) {
  const std::vector<float> scores = golden["scores"];
  const std::int64_t width = golden["width"];
  if (golden["kind"] == "single")
    return classification_metrics(scores, width, golden["labels"].get<std::vector<std::int64_t>>());
  const std::vector<float> targets = golden["targets"];
  return golden["kind"] == "multi" ? multi_label_metrics(scores, width, targets)
                                   : regression_metrics(scores, width, targets);
}

TEST(Metrics, EqualScikitLearn) {
  for (const auto& golden : test::golden_cases("metrics")) {
    const auto ours = as_map(metrics_of(golden));
    EXPECT_EQ(ours.size(), golden["metrics"].size()) << golden.dump();
    for (const auto& [name, value] : golden["metrics"].items()) {
      ASSERT_TRUE(ours.contains(name)) << name;
      EXPECT_NEAR(ours.at(name), value.get<double>(), 1e-12) << name << " of " << golden.dump();
    }
  }
}

TEST(Confusion, EqualsScikitLearnClassByClass) {
  for (const auto& golden : test::golden_cases("metrics")) {
    if (golden["kind"] != "single") continue;
    const std::vector<float> scores = golden["scores"];
    const std::int64_t classes = golden["width"];
    const Confusion c = confusion(predictions(scores, classes),
                                  golden["labels"].get<std::vector<std::int64_t>>(), classes);
    EXPECT_EQ(c.matrix(), golden["confusion"].get<std::vector<std::int64_t>>());
    for (std::int64_t k = 0; k < classes; ++k) {
      const auto i = static_cast<std::size_t>(k);
      const Quality quality = quality_of(c, k);
      EXPECT_NEAR(quality.precision, golden["per_class"][0][i].get<double>(), 1e-12);
      EXPECT_NEAR(quality.recall, golden["per_class"][1][i].get<double>(), 1e-12);
      EXPECT_NEAR(quality.f1, golden["per_class"][2][i].get<double>(), 1e-12);
    }
  }
}

// Their square would be 80 GB.
TEST(Confusion, OfVeryManyClassesIsCountedByClass) {
  constexpr std::int64_t kClasses = 100'000;
  const Confusion c = confusion(std::vector<std::int64_t>{99'999, 7, 7},
                                std::vector<std::int64_t>{99'999, 7, 50'000}, kClasses);
  EXPECT_TRUE(c.matrix().empty());
  EXPECT_EQ(c.hits(), 2);
  EXPECT_EQ(c.rows(), 3);
  EXPECT_EQ(c.of_label(50'000), 1);
  EXPECT_EQ(c.of_prediction(7), 2);
  EXPECT_DOUBLE_EQ(quality_of(c, 7).precision, 0.5);
  EXPECT_DOUBLE_EQ(mean_quality(c, Average::kWeighted).recall, 2.0 / 3);
  EXPECT_GT(matthews(c), 0.5);
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

TEST(Metrics, CalibrationOfCertainMistakesIsOne) {
  EXPECT_NEAR(of({0, 50, 0, 50}, 2, {0, 0}).at("ece"), 1.0, 1e-12);
  EXPECT_NEAR(of({0, 50, 0, 50}, 2, {1, 1}).at("ece"), 0.0, 1e-12);
}

TEST(Metrics, OfLogitsThatAreNotNumbersAucAndEceAreNotEither) {
  const float nan = std::nanf(""), infinity = std::numeric_limits<float>::infinity();
  std::vector<float> two, three;
  std::vector<std::int64_t> labels;
  for (int i = 0; i < 60; ++i) {
    labels.push_back(i % 3);
    for (int k = 0; k < 2; ++k) two.push_back(i % 7 == 0 ? nan : static_cast<float>(i % 5 + k));
    for (int k = 0; k < 3; ++k)
      three.push_back(i % 7 == k ? infinity : static_cast<float>(i % 5 + k));
  }
  EXPECT_TRUE(std::isnan(of(three, 3, labels).at("auc")));
  EXPECT_TRUE(std::isnan(of(three, 3, labels).at("ece")));
  for (std::int64_t& label : labels) label %= 2;
  EXPECT_TRUE(std::isnan(of(two, 2, labels).at("auc")));
  EXPECT_TRUE(std::isnan(of(two, 2, labels).at("ece")));
}

TEST(Metrics, ConstantNumbersHaveNoCorrelation) {
  const auto m = as_map(regression_metrics(std::vector<float>{1, 1}, 1, std::vector<float>{1, 2}));
  EXPECT_FALSE(m.contains("pearson"));
  EXPECT_DOUBLE_EQ(m.at("mse"), 0.5);
}

}  // namespace
}  // namespace trainer::train
