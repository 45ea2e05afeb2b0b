#include "train/loop.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <string>
#include <string_view>

#include "config/error.hpp"
#include "models/loading.hpp"
#include "train/metrics_file.hpp"
#include "trainer/train/loop_fixture.hpp"

namespace trainer::train {
namespace {

TEST_F(LoopTest, LearnsWhatCanBeLearnt) {
  models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  models::Classifier untrained = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  run(model, options(60));
  EXPECT_LT(evaluate(model, arena_, {.batch_size = 4}).loss,
            0.5 * evaluate(untrained, arena_, {.batch_size = 4}).loss);
}

TEST_F(LoopTest, CountsStepsAndLogsAsTheTrainerDoes) {
  models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  TrainingOptions o = options(0);
  o.max_steps.reset();
  o.epochs = 2;
  o.gradient_accumulation_steps = 2;
  o.evaluation.when = When::kEpoch;
  const TrainingResult result = run(model, o);
  EXPECT_EQ(result.state.global_step,
            6);  // 5 batches an epoch, 3 steps: the last one of a single batch
  const auto rates = values("train/learning_rate");
  ASSERT_EQ(rates.size(), 3U);
  EXPECT_DOUBLE_EQ(rates[0], 5e-3 * 5 / 6);
  EXPECT_DOUBLE_EQ(rates[2], 5e-3 * 1 / 6);
  EXPECT_EQ(values("train/epoch").back(), 2.0);
  EXPECT_EQ(values("eval/accuracy").size(), 2U);
  EXPECT_EQ(values("train/train_loss").size(), 1U);
}

TEST_F(LoopTest, AccumulationEqualsOneLargeBatch) {
  models::Classifier small = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  models::Classifier large = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  TrainingOptions o = options(1);
  o.logging.steps = 1;
  o.order = Order::kSequential;
  o.batch_size = 3;  // 18 rows: batches of equal size would hide a wrong mean, so the last one is
                     // cut off below
  o.gradient_accumulation_steps = 6;
  arena_ = test::tiny_arena(17);
  for (models::Classifier* model : {&small, &large}) {
    // Dropout draws differ between one batch and six; without it the gradients must agree.
    auto config = model->config();
    models::override_dropout(config, 0.0);
    models::Classifier plain(config, nn::Compute::kFloat32, nn::Purpose::kTrain);
    plain.parameters().masters().copy_(model->parameters().masters());
    run(plain, o);
    o.batch_size = 17;
    o.gradient_accumulation_steps = 1;
  }
  const auto norms = values("train/grad_norm");
  ASSERT_EQ(norms.size(), 2U);
  EXPECT_NEAR(norms[0], norms[1], 1e-5 * norms[1]);
  EXPECT_NEAR(values("train/loss")[0], values("train/loss")[1], 1e-6);
}

TEST_F(LoopTest, StopIsHeardBeforeAStep) {
  models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  stop_ = true;
  const TrainingResult result = run(model, options(12));
  EXPECT_EQ(result.outcome, Outcome::kStopped);
  EXPECT_EQ(result.state.global_step, 0);
}

TEST_F(LoopTest, LossThatIsNotANumberEndsTraining) {
  models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  model.parameters().masters().fill_(std::nanf(""));
  EXPECT_THROW(run(model, options(3)), Error);
}

TEST_F(LoopTest, LabelOutsideTheModelIsRefusedBeforeTraining) {
  models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  arena_.labels[5] = 2;
  EXPECT_THROW(run(model, options(3)), Error);
  EXPECT_TRUE(rows_.empty());
}

TEST_F(LoopTest, Bf16LearnsToo) {
  models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kBfloat16);
  models::Classifier untrained = test::tiny_classifier(folder_.path(), nn::Compute::kBfloat16);
  run(model, options(60));
  EXPECT_LT(evaluate(model, arena_, {.batch_size = 4}).loss,
            0.5 * evaluate(untrained, arena_, {.batch_size = 4}).loss);
}

// One of each way to run layers: one stack, texts padded to whole segments, bottlenecks.
class CheckpointingTest : public LoopTest, public testing::WithParamInterface<const char*> {
 protected:
  static std::string config() {
    const std::string_view type = GetParam();
    if (type == "nystromformer") return test::tiny_nystromformer_config();
    return type == "mobilebert" ? test::tiny_mobilebert_config() : test::tiny_bert_config();
  }
};

INSTANTIATE_TEST_SUITE_P(Models, CheckpointingTest,
                         testing::Values("bert", "nystromformer", "mobilebert"));

TEST_P(CheckpointingTest, ChangesNoBit) {
  for (const nn::Compute compute : {nn::Compute::kFloat32, nn::Compute::kBfloat16}) {
    std::vector<double> losses;
    at::Tensor weights;
    for (const nn::Activations activations :
         {nn::Activations::kKept, nn::Activations::kRecomputed}) {
      models::Classifier model = test::tiny_classifier(folder_.path(), compute, config());
      TrainingOptions o = options(12);
      o.logging.steps = 1;
      o.gradient_accumulation_steps = 2;
      o.activations = activations;
      rows_.clear();
      run(model, o);
      if (activations == nn::Activations::kKept) {
        losses = values("train/loss");
        weights = model.parameters().masters().clone();
      } else {
        EXPECT_EQ(values("train/loss"), losses);
        EXPECT_TRUE(at::equal(model.parameters().masters(), weights));
      }
    }
  }
}

TEST_F(LoopTest, PredictionsDoNotDependOnTheBatch) {
  models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  const auto one = predict(model, arena_, 1);
  const auto many = predict(model, arena_, 7);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_NEAR(one[i], many[i], 1e-5);
}

TEST(MetricsFile, WritesALineForEachRowAndSpellsOutNan) {
  const tracker::test::TempDirectory folder;
  MetricsFile file(folder.path() / "metrics.jsonl", [](const std::string&) {});
  file.began({});
  file.logged(
      {.step = 3,
       .values = {{"train/loss", 0.5}, {"eval/loss", std::nan("")}, {"train/global_step", 3}}});
  std::ifstream in(folder.path() / "metrics.jsonl");
  std::string line;
  ASSERT_TRUE(std::getline(in, line));
  EXPECT_EQ(line, R"({"step":3,"train/loss":0.5,"eval/loss":"NaN","train/global_step":3})");
}

}  // namespace
}  // namespace trainer::train
