#include "train/loop.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "hub/safetensors.hpp"
#include "models/loading.hpp"
#include "train/checkpoint.hpp"
#include "train/metrics_file.hpp"
#include "trainer/models/tiny_model.hpp"

namespace trainer::train {
namespace {

class Recorder : public Hook {
 public:
  explicit Recorder(std::vector<Row>& rows) : rows_(rows) {}
  void logged(const Row& row) override { rows_.push_back(row); }

 private:
  std::vector<Row>& rows_;
};

// Asks for a stop after some step, as Ctrl-C would.
class Stopper : public Hook {
 public:
  Stopper(std::atomic<bool>& stop, std::int64_t step) : stop_(stop), step_(step) {}
  void stepped(const TrainerState& state) override {
    if (state.global_step == step_) stop_ = true;
  }

 private:
  std::atomic<bool>& stop_;
  std::int64_t step_;
};

class LoopTest : public testing::Test {
 protected:
  TrainingOptions options(std::int64_t steps) {
    TrainingOptions o;
    o.max_steps = steps;
    o.batch_size = 4;
    o.logging_steps = 2;
    o.learning_rate = 5e-3;
    o.evaluate = When::kNo;
    o.save = When::kNo;
    o.output_directory = folder_.path();
    return o;
  }

  TrainingResult run(models::Classifier& model, const TrainingOptions& o) {
    std::vector<std::unique_ptr<Hook>> hooks;
    hooks.push_back(std::make_unique<Recorder>(rows_));
    if (stop_at_ > 0) hooks.push_back(std::make_unique<Stopper>(stop_, stop_at_));
    return train(model, {.train = arena_, .evaluation = &arena_, .tokenizer = {}}, o, hooks, stop_);
  }

  std::vector<double> values(const std::string& key) const {
    std::vector<double> out;
    for (const Row& row : rows_) {
      for (const auto& [name, value] : row.values) {
        if (name == key) out.push_back(value);
      }
    }
    return out;
  }

  test::TemporaryFolder folder_;
  data::TokenArena arena_ = test::tiny_arena(18);
  std::vector<Row> rows_;
  std::atomic<bool> stop_{false};
  std::int64_t stop_at_ = 0;
};

TEST_F(LoopTest, LearnsWhatCanBeLearnt) {
  models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  models::Classifier untrained = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  run(model, options(60));
  EXPECT_LT(evaluate(model, arena_, 4).loss, 0.5 * evaluate(untrained, arena_, 4).loss);
}

TEST_F(LoopTest, CountsStepsAndLogsAsTheTrainerDoes) {
  models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  TrainingOptions o = options(0);
  o.max_steps.reset();
  o.epochs = 2;
  o.gradient_accumulation_steps = 2;
  o.evaluate = When::kEpoch;
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
  o.logging_steps = 1;
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

TEST_F(LoopTest, ResumedRunIsBitForBitTheUnbrokenOne) {
  models::Classifier unbroken = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  const TrainingResult whole = run(unbroken, options(12));
  const std::vector<double> losses = values("train/loss");

  models::Classifier first = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  stop_at_ = 7;
  EXPECT_EQ(run(first, options(12)).outcome, Outcome::kStopped);
  stop_at_ = 0;
  stop_ = false;
  rows_.clear();
  TrainingOptions o = options(12);
  o.resume_from = find_checkpoint(folder_.path());
  EXPECT_EQ(o.resume_from->filename(), "checkpoint-7");
  models::Classifier second(models::read_config(*o.resume_from / "config.json"),
                            nn::Compute::kFloat32, nn::Purpose::kTrain);
  models::load_weights(second, hub::Safetensors::open_model(*o.resume_from));
  // The checkpoint resumed from is pruned on the way: nothing may still be read from it.
  o.save = When::kSteps;
  o.save_steps = 4;
  const TrainingResult rest = run(second, o);
  EXPECT_FALSE(std::filesystem::exists(*o.resume_from));
  EXPECT_TRUE(at::equal(unbroken.parameters().masters(), second.parameters().masters()));
  EXPECT_EQ(values("train/loss"), (std::vector<double>(losses.begin() + 3, losses.end())));
  EXPECT_EQ(whole.state.total_loss, rest.state.total_loss);
}

TEST_F(LoopTest, KeepsOnlyTheNewestCheckpoints) {
  models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  TrainingOptions o = options(6);
  o.save = When::kSteps;
  o.save_steps = 2;
  o.save_total_limit = 2;
  run(model, o);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "checkpoint-2"));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "checkpoint-4" / "optimizer.safetensors"));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "checkpoint-6" / "model.safetensors"));
}

TEST_F(LoopTest, CheckpointOfAnotherModelIsRefused) {
  models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  TrainingOptions o = options(2);
  o.save = When::kSteps;
  o.save_steps = 2;
  run(model, o);
  std::string other = test::tiny_bert_config();
  other.replace(other.find("\"vocab_size\": 30"), 16, "\"vocab_size\": 31");
  models::Classifier wider = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32, other);
  o.resume_from = find_checkpoint(folder_.path());
  EXPECT_THROW(run(wider, o), Error);
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
  EXPECT_LT(evaluate(model, arena_, 4).loss, 0.5 * evaluate(untrained, arena_, 4).loss);
}

TEST_F(LoopTest, PredictionsDoNotDependOnTheBatch) {
  models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  const auto one = predict(model, arena_, 1);
  const auto many = predict(model, arena_, 7);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_NEAR(one[i], many[i], 1e-5);
}

TEST(MetricsFile, WritesALineForEachRowAndSpellsOutNan) {
  const test::TemporaryFolder folder;
  MetricsFile file(folder.path() / "metrics.jsonl");
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
