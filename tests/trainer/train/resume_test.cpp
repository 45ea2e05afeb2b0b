#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "models/export.hpp"
#include "models/loading.hpp"
#include "models/lora.hpp"
#include "nn/runtime.hpp"
#include "train/checkpoint_folders.hpp"
#include "trainer/train/loop_fixture.hpp"
#include "weights/tensor_files.hpp"

// Checkpoints: written on the way, resumed from, refused.
namespace trainer::train {
namespace {

using testing::HasSubstr;

class ResumeTest : public LoopTest {
 protected:
  // A run that is stopped within its first epoch, after `steps`, so that a checkpoint is left.
  void stop_after(std::int64_t steps) {
    stop_after(steps, test::tiny_classifier(folder_.path(), nn::Compute::kFloat32));
  }
  void stop_after(std::int64_t steps, models::Classifier model) {
    stop_at_ = steps;
    ASSERT_EQ(run(model, options(12)).outcome, Outcome::kStopped);
    stop_at_ = 0;
    stop_ = false;
  }

  // What resuming with these options says; "" when it works.
  std::string refusal(TrainingOptions o) {
    o.resume_from = find_checkpoint(folder_.path());
    models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
    try {
      run(model, o);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
};

TEST_F(ResumeTest, ResumedRunIsBitForBitTheUnbrokenOne) {
  models::Classifier unbroken = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  const TrainingResult whole = run(unbroken, options(12));
  const std::vector<double> losses = values("train/loss");

  stop_after(7);
  rows_.clear();
  TrainingOptions o = options(12);
  o.resume_from = find_checkpoint(folder_.path());
  EXPECT_EQ(o.resume_from->filename(), "checkpoint-7");
  models::Classifier second(models::read_config(*o.resume_from / "config.json"),
                            nn::Compute::kFloat32, nn::Purpose::kTrain);
  models::load_weights(second, weights::TensorFiles::open_model(*o.resume_from));
  // The checkpoint resumed from is pruned on the way: nothing may still be read from it.
  o.saving.when = When::kSteps;
  o.saving.steps = 4;
  const TrainingResult rest = run(second, o);
  EXPECT_FALSE(std::filesystem::exists(*o.resume_from));
  EXPECT_TRUE(at::equal(unbroken.parameters().masters(), second.parameters().masters()));
  EXPECT_EQ(values("train/loss"), (std::vector<double>(losses.begin() + 3, losses.end())));
  EXPECT_EQ(whole.state.total_loss, rest.state.total_loss);
}

// Adapters with dropout on a base model that lies in a folder of its own.
class AdapterResumeTest : public ResumeTest {
 protected:
  AdapterResumeTest() {
    const models::Classifier base = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
    std::filesystem::create_directory(folder_.path() / "base");
    models::write_weights(base, folder_.path() / "base");
    config_ = base.config();
    config_.lora = models::settle_lora({.rank = 2, .dropout = 0.1}, config_);
  }

  models::Classifier fresh() {
    models::Classifier model(config_, nn::Compute::kFloat32, nn::Purpose::kTrain);
    nn::set_seed(42);
    models::load_weights(model, weights::TensorFiles::open_model(folder_.path() / "base"));
    return model;
  }

  models::ClassifierConfig config_;
};

TEST_F(AdapterResumeTest, ResumedRunIsBitForBitTheUnbrokenOne) {
  models::Classifier unbroken = fresh();
  const at::Tensor before = unbroken.parameters().masters().clone();
  const TrainingResult whole = run(unbroken, options(12));
  const std::vector<double> losses = values("train/loss");
  stop_after(7, fresh());
  rows_.clear();
  TrainingOptions o = options(12);
  o.resume_from = find_checkpoint(folder_.path());
  EXPECT_FALSE(std::filesystem::exists(*o.resume_from / "model.safetensors"));
  models::Classifier second = fresh();
  models::load_saved(second, *o.resume_from);
  const TrainingResult rest = run(second, o);
  EXPECT_TRUE(at::equal(unbroken.parameters().masters(), second.parameters().masters()));
  EXPECT_EQ(values("train/loss"), (std::vector<double>(losses.begin() + 3, losses.end())));
  EXPECT_EQ(whole.state.total_loss, rest.state.total_loss);
  // What is frozen is as it was.
  for (const nn::Parameter& p : unbroken.parameters().parameters()) {
    const bool same = at::equal(before.narrow(0, p.offset, p.size),
                                unbroken.parameters().masters().narrow(0, p.offset, p.size));
    EXPECT_EQ(same, !models::of_adapter(p.spec)) << p.spec.stored_name;
  }
}

TEST_F(AdapterResumeTest, BestAdapterIsLoadedAtTheEnd) {
  models::Classifier model = fresh();
  TrainingOptions o = options(12);
  o.evaluation = {When::kSteps, 4};
  o.saving = {When::kSteps, 4};
  o.load_best_model_at_end = true;
  o.best.metric = "loss";
  o.best.greater_is_better = true;  // the worst one, which is not the last
  const TrainingResult result = run(model, o);
  EXPECT_LT(result.state.best_global_step, 12);
  models::Classifier best = fresh();
  models::load_saved(best, result.state.best_model_checkpoint);
  EXPECT_TRUE(at::equal(best.parameters().masters(), model.parameters().masters()));
}

TEST_F(ResumeTest, EveryOptimizerAndScheduleGoesOnBitForBit) {
  struct Kind {
    const char* optim;
    const char* arguments;
    ScheduleKind schedule;
  };
  for (const Kind& kind : {Kind{"adafactor", "", ScheduleKind::kCosine},
                           Kind{"sgd", "momentum=0.9,nesterov=true", ScheduleKind::kGreedy},
                           Kind{"sgd", "", ScheduleKind::kLinear},
                           Kind{"lion_32bit", "", ScheduleKind::kReduceLrOnPlateau}}) {
    const tracker::test::TempDirectory folder;
    TrainingOptions o = options(12);
    o.output_directory = folder.path();
    o.optimizer.kind = optimizer_from_name(kind.optim);
    read_arguments(o.optimizer, {"--optim-args", kind.arguments});
    o.schedule = kind.schedule;
    if (follows_a_metric(kind.schedule))
      o.schedule_arguments = KeyedValues("f", "factor=0.5,patience=0,threshold=0.1,min_lr=1e-5");
    o.evaluation = {When::kSteps, 2};
    o.groups.frozen_layers = 1;
    models::Classifier unbroken = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
    run(unbroken, o);
    models::Classifier first = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
    stop_at_ = 7;
    run(first, o);
    stop_at_ = 0;
    stop_ = false;
    o.resume_from = find_checkpoint(folder.path());
    models::Classifier second(models::read_config(*o.resume_from / "config.json"),
                              nn::Compute::kFloat32, nn::Purpose::kTrain);
    models::load_weights(second, weights::TensorFiles::open_model(*o.resume_from));
    run(second, o);
    EXPECT_TRUE(at::equal(unbroken.parameters().masters(), second.parameters().masters()))
        << kind.optim;
  }
}

TEST_F(ResumeTest, CheckpointOfAnotherOptimizerIsRefused) {
  stop_after(2);
  TrainingOptions o = options(12);
  o.optimizer.kind = OptimizerKind::kSgd;
  EXPECT_THAT(refusal(o), HasSubstr("--optim was adamw_torch and is now sgd"));
  o = options(12);
  o.groups.frozen_layers = 1;
  EXPECT_THAT(refusal(o), HasSubstr("other trained parameters"));
}

TEST_F(ResumeTest, BestSoFarComesBack) {
  TrainingOptions o = options(12);
  o.evaluation = o.saving = {When::kSteps, 2};
  o.best = {.metric = "accuracy", .early_stopping_patience = 50};
  models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  stop_at_ = 6;
  const TrainerState before = run(model, o).state;
  stop_at_ = 0;
  stop_ = true;  // at once
  o.resume_from = find_checkpoint(folder_.path());
  const TrainerState after = run(model, o).state;
  ASSERT_TRUE(after.best_metric);
  EXPECT_EQ(after.best_metric, before.best_metric);
  EXPECT_EQ(after.best_global_step, before.best_global_step);
  EXPECT_EQ(after.best_model_checkpoint, before.best_model_checkpoint);
  EXPECT_EQ(after.evaluations_without_gain, before.evaluations_without_gain);
}

TEST_F(ResumeTest, KeepsOnlyTheNewestCheckpoints) {
  models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  TrainingOptions o = options(6);
  o.saving.when = When::kSteps;
  o.saving.steps = 2;
  o.save_total_limit = 2;
  run(model, o);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "checkpoint-2"));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "checkpoint-4" / "optimizer.safetensors"));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "checkpoint-6" / "model.safetensors"));
}

TEST_F(ResumeTest, CheckpointOfAnotherModelIsRefused) {
  models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  TrainingOptions o = options(2);
  o.saving.when = When::kSteps;
  o.saving.steps = 2;
  run(model, o);
  std::string other = test::tiny_bert_config();
  other.replace(other.find("\"vocab_size\": 30"), 16, "\"vocab_size\": 31");
  models::Classifier wider = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32, other);
  o.resume_from = find_checkpoint(folder_.path());
  EXPECT_THROW(run(wider, o), Error);
}

TEST_F(ResumeTest, CheckpointOfAnotherBatchSizeIsRefused) {
  stop_after(4);  // of the epoch's five batches
  TrainingOptions o = options(12);
  for (const std::int64_t size : {8, 2}) {  // three batches an epoch, less than are done; and nine
    o.batch_size = size;
    const std::string message = refusal(o);
    EXPECT_THAT(message,
                HasSubstr("checkpoint-4: --batch-size was 4 and is now " + std::to_string(size)));
    EXPECT_THAT(message, HasSubstr("start anew without --resume-from-checkpoint"));
  }
}

TEST_F(ResumeTest, CheckpointOfAnotherPlanIsRefused) {
  stop_after(2);
  TrainingOptions o = options(12);
  o.gradient_accumulation_steps = 2;
  EXPECT_THAT(refusal(o), HasSubstr("--gradient-accumulation-steps was 1 and is now 2"));
  o = options(12);
  o.seed = 43;
  EXPECT_THAT(refusal(o), HasSubstr("--seed was 42 and is now 43"));
  o = options(12);
  o.order = Order::kSequential;
  EXPECT_THAT(refusal(o), HasSubstr("(--no-shuffle) was shuffled and is now sequential"));
  fingerprint_ = "def";
  EXPECT_THAT(refusal(options(12)), HasSubstr("was abc and is now def"));
  arena_ = test::tiny_arena(17);
  EXPECT_THAT(refusal(options(12)), HasSubstr("was 18 and is now 17"));
}

TEST_F(ResumeTest, PlaceOutsideTheEpochIsRefused) {
  stop_after(2);
  const auto file = find_checkpoint(folder_.path()) / "trainer_state.json";
  nlohmann::json state = nlohmann::json::parse(std::ifstream(file));
  state["batch_in_epoch"] = 6;
  test::write_text(file, state.dump());
  EXPECT_THAT(refusal(options(12)), HasSubstr("'batch_in_epoch' is 6"));
}

TEST_F(ResumeTest, EverySeedComesBack) {
  stop_after(2);
  const auto file = find_checkpoint(folder_.path()) / "trainer_state.json";
  nlohmann::json state = nlohmann::json::parse(std::ifstream(file));
  state["seed"] = 18446744073709551615U;
  test::write_text(file, state.dump());
  TrainingOptions o = options(12);
  o.seed = 18446744073709551615U;
  EXPECT_EQ(refusal(o), "");
}

}  // namespace
}  // namespace trainer::train
