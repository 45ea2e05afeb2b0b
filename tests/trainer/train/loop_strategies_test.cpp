#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "train/checkpoint_folders.hpp"
#include "train/evaluation_report.hpp"
#include "trainer/train/loop_fixture.hpp"

// When the loop logs, evaluates, saves and ends.
namespace trainer::train {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class StrategiesTest : public LoopTest {
 protected:
  StrategiesTest() : model_(test::tiny_classifier(folder_.path(), nn::Compute::kFloat32)) {}

  // Steps of the rows that hold this key.
  std::vector<std::int64_t> steps_of(const std::string& key) const {
    std::vector<std::int64_t> out;
    for (const Row& row : rows_) {
      for (const auto& [name, value] : row.values) {
        if (name == key) out.push_back(row.step);
      }
    }
    return out;
  }
  std::vector<std::int64_t> saved() const {
    std::vector<std::int64_t> out;
    for (std::int64_t step = 0; step < 100; ++step) {
      if (fs::exists(checkpoint_folder(folder_.path(), step) / kStateFile)) out.push_back(step);
    }
    return out;
  }
  std::string refusal(const TrainingOptions& o) {
    try {
      run(model_, o);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  models::Classifier model_;
};

TEST_F(StrategiesTest, StepsEpochsFirstAndLast) {
  TrainingOptions o = options(12);  // epochs of 5 steps
  o.logging = {When::kSteps, 5};
  o.log_first_step = true;
  o.evaluation = {When::kEpoch, 1};
  o.saving = {When::kSteps, 5};
  o.save_total_limit = 0;
  o.evaluate_on_start = true;
  run(model_, o);
  EXPECT_THAT(steps_of("train/loss"), ElementsAre(1, 5, 10, 12));
  EXPECT_THAT(steps_of("eval/loss"), ElementsAre(0, 5, 10, 12));
  EXPECT_THAT(saved(), ElementsAre(5, 10, 12));
}

TEST_F(StrategiesTest, SharesOfAllStepsAndDelay) {
  TrainingOptions o = options(10);
  o.logging = {When::kEpoch, 1};
  o.evaluation = {When::kSteps, 0.21};  // 2.1 of 10: 3
  o.evaluation_delay = 4;
  o.saving = {When::kSteps, 0.5};
  o.save_total_limit = 0;
  run(model_, o);
  EXPECT_THAT(steps_of("train/loss"), ElementsAre(5, 10));
  EXPECT_THAT(steps_of("eval/loss"), ElementsAre(6, 9, 10));
  EXPECT_THAT(saved(), ElementsAre(5, 10));
}

TEST_F(StrategiesTest, NothingIsDoneThatNobodyAskedFor) {
  TrainingOptions o = options(6);
  o.logging.when = When::kNo;
  run(model_, o);
  EXPECT_TRUE(steps_of("train/loss").empty());
  EXPECT_TRUE(steps_of("eval/loss").empty());
  EXPECT_TRUE(saved().empty());
}

// Learns for some steps, then a rate that ruins the model: the best is in the middle.
TEST_F(StrategiesTest, BestModelIsKeptAndLoaded) {
  TrainingOptions o = options(20);
  o.evaluation = o.saving = {When::kSteps, 2};
  o.load_best_model_at_end = true;
  o.save_total_limit = 2;
  o.schedule = ScheduleKind::kWarmupStableDecay;
  o.schedule_arguments = KeyedValues("f", "num_decay_steps=0,num_stable_steps=6,min_lr_ratio=60");
  const TrainingResult result = run(model_, o);
  const auto losses = values("eval/loss");
  const double best = *std::min_element(losses.begin(), losses.end());
  ASSERT_LT(best, losses.back());
  EXPECT_EQ(result.state.best_metric, best);
  EXPECT_NEAR(evaluate(model_, arena_, {.batch_size = 8}).loss, best, 1e-6);
  EXPECT_NEAR(result.last_evaluation->loss, best, 1e-12);
  EXPECT_EQ(result.model_step, result.state.best_global_step);
  EXPECT_EQ(result.last_evaluation->step, result.model_step);
  EXPECT_THAT(saved(), ElementsAre(result.state.best_global_step, 20));
}

// Better at a step that is evaluated and not saved: what is loaded is the best that was saved, and
// what is told of it was measured of it.
TEST_F(StrategiesTest, WhatIsToldOfTheModelThatIsLoadedIsItsOwn) {
  const at::Tensor untrained = model_.parameters().masters().clone();
  run(model_, options(60));
  const at::Tensor trained = model_.parameters().masters().clone();
  model_.parameters().masters().copy_(untrained);
  const double loss = evaluate(model_, arena_, {.batch_size = 8}).loss;
  TrainingOptions o = options(8);
  o.learning_rate = 0.0;
  o.evaluation = {When::kSteps, 2};
  o.evaluation_delay = 4;
  o.saving = {When::kSteps, 4};
  o.save_total_limit = 2;
  o.load_best_model_at_end = true;
  at_step_ = [&](std::int64_t step) {
    model_.parameters().masters().copy_(step == 6 ? trained : untrained);
  };
  reports_ = true;
  const TrainingResult result = run(model_, o);
  ASSERT_EQ(result.state.best_global_step, 6);
  EXPECT_LT(*result.state.best_metric, 0.9 * loss);
  EXPECT_EQ(fs::path(result.state.best_model_checkpoint), checkpoint_folder(folder_.path(), 4));
  EXPECT_EQ(result.model_step, 4);
  EXPECT_NEAR(result.last_evaluation->loss, loss, 1e-6);
  EXPECT_EQ(result.last_evaluation->step, 4);
  const auto report = nlohmann::json::parse(std::ifstream(folder_.path() / "eval_report.json"));
  EXPECT_EQ(report["step"], 4);
  EXPECT_NEAR(report["loss"].get<double>(), loss, 1e-6);
}

TEST_F(StrategiesTest, SavingTheBestSavesAtEachGainOnly) {
  TrainingOptions o = options(12);
  o.evaluation = {When::kSteps, 2};
  o.saving.when = When::kBest;
  o.save_total_limit = 0;
  o.best.metric = "loss";
  run(model_, o);
  const auto losses = values("eval/loss");
  std::vector<std::int64_t> gains;
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < losses.size(); ++i) {
    if (losses[i] < best) gains.push_back(2 * (static_cast<std::int64_t>(i) + 1));
    best = std::min(best, losses[i]);
  }
  EXPECT_EQ(saved(), gains);
}

TEST_F(StrategiesTest, EarlyStoppingEndsAsFinished) {
  TrainingOptions o = options(40);
  o.learning_rate = 0.0;  // no gain, ever
  o.evaluation = {When::kSteps, 2};
  o.best.early_stopping_patience = 3;
  const TrainingResult result = run(model_, o);
  EXPECT_EQ(result.state.global_step, 8);  // the first is a gain
  EXPECT_EQ(result.outcome, Outcome::kFinished);
  EXPECT_THAT(notes_, ElementsAre("stopped early at step 8: no gain in 3 evaluations"));
}

TEST_F(StrategiesTest, OptionsThatDoNotGoTogetherAreRefused) {
  TrainingOptions o = options(4);
  o.load_best_model_at_end = true;
  EXPECT_THAT(refusal(o), HasSubstr("--load-best-model-at-end needs evaluations"));
  o.evaluation = {When::kSteps, 2};
  o.saving = {When::kEpoch, 2};
  EXPECT_THAT(refusal(o), HasSubstr("to be the same"));
  o.saving = {When::kSteps, 3};
  EXPECT_THAT(refusal(o), HasSubstr("--save-steps (3) to be a multiple of --eval-steps (2)"));
  o = options(4);
  o.best.early_stopping_patience = 2;
  EXPECT_THAT(refusal(o), HasSubstr("--early-stopping-patience needs evaluations"));
  o = options(4);
  o.schedule = ScheduleKind::kReduceLrOnPlateau;
  EXPECT_THAT(refusal(o), HasSubstr("reduce_lr_on_plateau needs evaluations"));
  o = options(4);
  o.loss.class_weights = {1, 2, 3};
  EXPECT_THAT(refusal(o), HasSubstr("3 weights but the model has 2 classes"));
}

TEST_F(StrategiesTest, AccumulationWithWeightsAndSmoothingEqualsOneBatch) {
  auto config = model_.config();
  models::override_dropout(config, 0.0);
  arena_ = test::tiny_arena(17);
  TrainingOptions o = options(1);
  o.logging.steps = 1;
  o.order = Order::kSequential;
  o.loss = {.label_smoothing = 0.2, .class_weights = {0.5F, 3.0F}};
  for (const std::int64_t batch : {3, 17}) {
    o.batch_size = batch;
    o.gradient_accumulation_steps = batch == 17 ? 1 : 6;
    models::Classifier plain(config, nn::Compute::kFloat32, nn::Purpose::kTrain);
    plain.parameters().masters().copy_(model_.parameters().masters());
    run(plain, o);
  }
  const auto norms = values("train/grad_norm"), losses = values("train/loss");
  EXPECT_NEAR(norms[0], norms[1], 1e-5 * norms[1]);
  EXPECT_NEAR(losses[0], losses[1], 1e-6);
  models::Classifier plain(config, nn::Compute::kFloat32, nn::Purpose::kTrain);
  plain.parameters().masters().copy_(model_.parameters().masters());
  // Evaluation's loss is that of training.
  EXPECT_NEAR(evaluate(plain, arena_, {.batch_size = 4, .loss = o.loss}).loss, losses[0], 1e-6);
}

TEST_F(StrategiesTest, RowsOfClassesThatWeighNothingTeachNothing) {
  TrainingOptions o = options(2);
  o.logging.steps = 1;
  o.order = Order::kSequential;
  o.loss.class_weights = {0.0F, 1.0F};
  for (std::size_t row = 0; row < 8; ++row) arena_.labels[row] = row < 4 ? 0 : 1;
  run(model_, o);
  const auto losses = values("train/loss");
  ASSERT_EQ(losses.size(), 2U);
  EXPECT_EQ(losses[0], 0.0);
  EXPECT_GT(losses[1], 0.0);
}

TEST_F(StrategiesTest, LossThatIsNotANumberNamesStepRowsAndCheckpoint) {
  TrainingOptions o = options(12);
  o.saving = {When::kSteps, 2};
  o.order = Order::kSequential;
  poison_at_ = 3;
  poisoned_ = &model_;
  const std::string message = refusal(o);
  EXPECT_THAT(message, HasSubstr("the loss of step 4 is not a finite number"));
  EXPECT_THAT(message, HasSubstr("rows (from 0): 12, 13, 14, 15;"));
  EXPECT_THAT(message, HasSubstr("the last good checkpoint is " +
                                 checkpoint_folder(folder_.path(), 2).string()));
}

TEST_F(StrategiesTest, CheckpointThatFindsNoRoomCostsNothingElse) {
  TrainingOptions o = options(12);
  o.saving = {When::kSteps, 3};
  o.save_total_limit = 1;
  // From step 4 on no file may grow beyond a few kilobytes, as on a disk that fills up.
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  at_step_ = [&](std::int64_t step) {
    rlimit now = old;
    if (step >= 4 && step < 11) now.rlim_cur = 2000;
    setrlimit(RLIMIT_FSIZE, &now);
  };
  const TrainingResult result = run(model_, o);
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, before);
  EXPECT_EQ(result.state.global_step, 12);
  ASSERT_EQ(notes_.size(), 2U);  // said once, and when it is over
  EXPECT_THAT(notes_[0], HasSubstr("checkpoint of step 6 not written"));
  EXPECT_THAT(notes_[0], HasSubstr("the last good checkpoint is " +
                                   checkpoint_folder(folder_.path(), 3).string()));
  EXPECT_THAT(notes_[1], HasSubstr("can be written again"));
  EXPECT_THAT(saved(), ElementsAre(12));
  for (const auto& entry : fs::directory_iterator(folder_.path()))
    EXPECT_THAT(entry.path().filename().string(), testing::Not(HasSubstr(".tmp")));
}

TEST_F(StrategiesTest, ReportNamesTheWorstRows) {
  data::Dataset rows;
  for (int i = 0; i < 18; ++i)
    rows.rows.push_back({.text = "text " + std::to_string(i), .text_pair = {}});
  const std::vector<std::string> classes = {"neg", "pos"};
  const Evaluation done = evaluate(model_, arena_, {.batch_size = 4, .worst_rows = 3});
  ASSERT_EQ(done.worst.size(), 3U);
  EXPECT_GE(done.worst[0].loss, done.worst[1].loss);
  EvaluationReport report(folder_.path(), {.classes = classes, .rows = &rows},
                          [](const std::string&) {});
  report.evaluated(done);
  std::ifstream errors(folder_.path() / "eval_errors.jsonl");
  std::string line;
  ASSERT_TRUE(std::getline(errors, line));
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["row"], done.worst[0].row);
  EXPECT_EQ(json["text"], "text " + std::to_string(done.worst[0].row));
  EXPECT_EQ(json["label"], classes[static_cast<std::size_t>(done.worst[0].label)]);
  const auto whole = nlohmann::json::parse(std::ifstream(folder_.path() / "eval_report.json"));
  EXPECT_EQ(whole["confusion_matrix"].size(), 2U);
  EXPECT_EQ(whole["per_class"][0]["class"], "neg");
  EXPECT_EQ(
      whole["per_class"][0]["support"].get<int>() + whole["per_class"][1]["support"].get<int>(),
      18);
}

}  // namespace
}  // namespace trainer::train
