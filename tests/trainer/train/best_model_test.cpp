#include "train/best_model.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "config/error.hpp"

namespace trainer::train {
namespace {

// The steps of the evaluations that were best, given the losses of steps 1, 2, …; and the step that
// gave up, 0 for none.
struct Course {
  std::vector<std::int64_t> best;
  std::int64_t gave_up = 0;
};

Course course(const BestModelOptions& options, const std::vector<double>& values) {
  const BestModel best(options);
  TrainerState state;
  Course out;
  for (const double value : values) {
    ++state.global_step;
    const auto verdict = best.judge(value, {{"accuracy", value}}, state);
    if (verdict.best) out.best.push_back(state.global_step);
    if (verdict.give_up && out.gave_up == 0) out.gave_up = state.global_step;
  }
  return out;
}

TEST(BestModel, SmallerLossIsBetterGreaterAccuracyIs) {
  const std::vector<double> values = {3, 4, 2, 2, 5};
  EXPECT_EQ(course({.metric = "loss"}, values).best, (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(course({.metric = "eval_accuracy"}, values).best, (std::vector<std::int64_t>{1, 2, 5}));
  EXPECT_EQ(course({.metric = "accuracy", .greater_is_better = false}, values).best,
            (std::vector<std::int64_t>{1, 3}));
}

TEST(BestModel, PatienceCountsEvaluationsWithoutGain) {
  const std::vector<double> values = {3, 3, 2, 2.5, 2.1, 2};
  EXPECT_EQ(course({.metric = "loss", .early_stopping_patience = 2}, values).gave_up, 5);
  EXPECT_EQ(course({.metric = "loss", .early_stopping_patience = 3}, values).gave_up, 6);
  EXPECT_EQ(course({.metric = "loss", .early_stopping_patience = 4}, values).gave_up, 0);
  // A gain that does not exceed the threshold is best all the same, as in the Trainer.
  const Course small =
      course({.metric = "loss", .early_stopping_patience = 2, .early_stopping_threshold = 0.5},
             {3, 2.8, 2.6});
  EXPECT_EQ(small.best, (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_EQ(small.gave_up, 3);
}

TEST(BestModel, WhatIsNotANumberIsNoGain) {
  EXPECT_EQ(course({.metric = "loss"}, {std::nan(""), 3, std::nan("")}).best,
            (std::vector<std::int64_t>{2}));
  const Course absent = course({.metric = "auc", .early_stopping_patience = 2}, {1, 2, 3});
  EXPECT_TRUE(absent.best.empty());  // not among the metrics
  EXPECT_EQ(absent.gave_up, 2);
  EXPECT_EQ(course({.metric = "loss", .early_stopping_patience = 2},
                   {std::nan(""), 3, std::nan(""), std::nan("")})
                .gave_up,
            4);
}

TEST(BestModel, WhatWasBestByAnotherMetricOrDirectionIsForgotten) {
  TrainerState state;
  const BestModel accuracy({.metric = "accuracy"});
  EXPECT_EQ(accuracy.adopt(state), std::nullopt);
  state.global_step = 4;
  accuracy.judge(0.5, {{"accuracy", 0.9}}, state);
  state.best_model_checkpoint = "checkpoint-4";
  state.schedule = {{"rate", 0.1}, {"best", 0.9}};
  EXPECT_EQ(BestModel({.metric = "eval_accuracy"}).adopt(state), std::nullopt);
  EXPECT_EQ(BestModel({}).adopt(state), std::nullopt);
  EXPECT_EQ(state.best_metric, 0.9);
  for (const BestModelOptions& other :
       {BestModelOptions{.metric = "loss"},
        BestModelOptions{.metric = "accuracy", .greater_is_better = false}}) {
    TrainerState resumed = state;
    EXPECT_EQ(
        BestModel(other).adopt(resumed),
        "models are now compared by " + other.metric +
            " (smaller is better): what was best by accuracy (greater is better) is forgotten");
    EXPECT_EQ(resumed.best_metric, std::nullopt);
    EXPECT_EQ(resumed.best_global_step, 0);
    EXPECT_EQ(resumed.best_model_checkpoint, "");
    EXPECT_EQ(resumed.schedule.size(), 1U);
  }
}

TEST(BestModel, UnknownMetricIsAUsageError) {
  try {
    BestModel({.metric = "bleu"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
  }
}

}  // namespace
}  // namespace trainer::train
