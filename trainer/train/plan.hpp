#pragma once

#include <cstdint>

#include "train/best_model.hpp"
#include "train/loop.hpp"
#include "train/sampler.hpp"
#include "train/schedule.hpp"
#include "train/state.hpp"

namespace trainer::train {

// Throws Error(kUsage), naming the flag, for what needs evaluations when there are none, and for a
// best model that no checkpoint would hold.
void check_strategies(const TrainingOptions& options, bool has_rows);

// Throws Error(kInvalidInput) for labels that the model does not have and for no rows at all,
// Error(kUsage), naming the flag, for a loss that does not go with the model.
void check_data(const models::Classifier& model, const TrainingData& data,
                const TrainingOptions& options);

// What a run's options and data come to: how many steps, and what is due after each. For loop.cpp.
class Plan {
 public:
  // Throws Error(kUsage) for options that do not go together. `options` and `data` must outlive it.
  Plan(const TrainingOptions& options, const TrainingData& data);

  std::int64_t batches_per_epoch() const noexcept { return count_.batches_per_epoch; }
  std::int64_t total_steps() const noexcept { return count_.total; }
  Sampler sampler() const;
  BatchPlan batches() const;  // what a checkpoint must agree with
  Schedule schedule() const;  // its basic fields
  // With a metric where one is needed and none is named: the loss.
  BestModelOptions best() const;

  // A place in training: just after a step.
  struct Moment {
    std::int64_t step = 0;
    double epoch = 0;         // done, with fraction
    bool epoch_over = false;  // after its last batch
    bool last = false;        // after the last step of all
  };
  bool logs(const Moment& now) const;
  bool evaluates(const Moment& now) const;
  bool saves(const Moment& now) const;  // kBest is judge()'s

 private:
  std::int64_t steps_of(const Strategy& strategy) const;
  bool due(const Strategy& strategy, const Moment& now) const;

  const TrainingOptions& options_;
  const TrainingData& data_;
  StepCount count_;
};

}  // namespace trainer::train
