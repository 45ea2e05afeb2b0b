#pragma once

#include <string>

#include "config/error.hpp"
#include "train/checkpoint_folders.hpp"
#include "trainer/train/loop_fixture.hpp"

// Runs that are stopped and resumed.
namespace trainer::train {

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

}  // namespace trainer::train
