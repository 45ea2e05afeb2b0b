#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config/error.hpp"
#include "train/checkpoint_folders.hpp"
#include "trainer/train/resume_fixture.hpp"

// What lies in the output directory: which checkpoints stay, and what a resumed run takes of them.
namespace trainer::train {
namespace {

using testing::HasSubstr;
using KeptTest = ResumeTest;

TEST_F(KeptTest, BestByAnotherMetricIsForgottenAndAnOlderCheckpointIsTakenAtItsWord) {
  TrainingOptions o = options(6);
  o.evaluation = o.saving = {When::kSteps, 2};
  o.best.metric = "accuracy";
  models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  run(model, o);
  o.resume_from = find_checkpoint(folder_.path());
  EXPECT_TRUE(run(model, o).state.best_metric);
  o.best.metric = "loss";
  EXPECT_FALSE(run(model, o).state.best_metric);
  EXPECT_THAT(notes_, testing::Contains(HasSubstr("models are now compared by loss")));
  const auto file = *o.resume_from / kStateFile;
  nlohmann::json state = nlohmann::json::parse(std::ifstream(file));
  state.erase("metric_for_best_model");
  state.erase("greater_is_better");
  test::write_text(file, state.dump());
  EXPECT_TRUE(run(model, o).state.best_metric);
}

TEST_F(KeptTest, KeepsOnlyTheNewestCheckpoints) {
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

// A checkpoint of more steps that another run left in the directory.
TEST_F(KeptTest, WhatAnotherRunLeftNeitherCostsACheckpointNorIsTakenForOne) {
  std::filesystem::create_directories(folder_.path() / "checkpoint-375");
  test::write_text(folder_.path() / "checkpoint-375" / kStateFile, "{}");
  models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  TrainingOptions o = options(6);
  o.saving = {When::kSteps, 2};
  poison_at_ = 5;
  poisoned_ = &model;
  try {
    run(model, o);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("the last good checkpoint is " +
                                        checkpoint_folder(folder_.path(), 4).string()));
  }
  EXPECT_FALSE(std::filesystem::exists(checkpoint_folder(folder_.path(), 2)));
  EXPECT_TRUE(std::filesystem::exists(checkpoint_folder(folder_.path(), 4) / kStateFile));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "checkpoint-375"));
}

TEST_F(KeptTest, FewerStepsThanAreDoneTrainNothingAndSaySo) {
  stop_after(6);
  TrainingOptions o = options(4);
  o.resume_from = find_checkpoint(folder_.path());
  models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  const TrainingResult result = run(model, o);
  EXPECT_EQ(result.outcome, Outcome::kFinished);
  EXPECT_EQ(result.state.global_step, 6);
  EXPECT_THAT(notes_, testing::Contains(
                          HasSubstr("nothing is left to train: 6 steps are done, 4 asked for")));
}

// Told by the kernel: the name of what is deleted in a folder from construction on.
class Deletions {
 public:
  explicit Deletions(const std::filesystem::path& folder) : fd_(inotify_init1(IN_NONBLOCK)) {
    inotify_add_watch(fd_, folder.c_str(), IN_DELETE);
  }
  Deletions(const Deletions&) = delete;
  Deletions& operator=(const Deletions&) = delete;
  ~Deletions() { close(fd_); }

  std::vector<std::string> names() const {
    std::vector<std::string> out;
    alignas(inotify_event) std::array<char, 4096> bytes{};
    for (ssize_t got = 0; (got = read(fd_, bytes.data(), bytes.size())) > 0;) {
      for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
        inotify_event event{};
        std::memcpy(&event, bytes.data() + at, sizeof event);
        out.emplace_back(bytes.data() + at + sizeof event);
        at += sizeof event + event.len;
      }
    }
    return out;
  }

 private:
  int fd_;
};

// A run that is stopped where it was resumed writes the checkpoint that it came from once more.
TEST_F(KeptTest, ACheckpointThatIsWrittenOnceMoreIsNeverGone) {
  stop_after(4);
  TrainingOptions o = options(12);
  o.resume_from = find_checkpoint(folder_.path());
  models::Classifier model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  const Deletions deletions(folder_.path());
  stop_ = true;
  run(model, o);
  EXPECT_THAT(deletions.names(), testing::ElementsAre("checkpoint-4.tmp"));
  EXPECT_EQ(find_checkpoint(folder_.path()), *o.resume_from);
  EXPECT_TRUE(std::filesystem::exists(*o.resume_from / "model.safetensors"));
}

}  // namespace
}  // namespace trainer::train
