#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "train/metrics.hpp"
#include "train/state.hpp"

namespace trainer::train {

// Which evaluation was best, and when training no longer gains. Names and rules are those of the
// Trainer and its EarlyStoppingCallback; errors, of which less is better, are "loss", "ece", "mse"
// and "mae".
struct BestModelOptions {
  std::string metric =
      {};  // "loss", "accuracy", "eval_f1" …; empty: nobody asks which model is best
  std::optional<bool> greater_is_better = {};  // absent: unless it is an error
  std::optional<std::int64_t> early_stopping_patience =
      {};                                 // evaluations without gain; absent: never
  double early_stopping_threshold = 0.0;  // what counts as a gain must exceed it
};

class BestModel {
 public:
  // Throws Error(kUsage) for a metric that no evaluation gives.
  explicit BestModel(BestModelOptions options);

  bool wanted() const noexcept { return !options_.metric.empty(); }

  // Makes this metric the state's. What was best, and what patience and a learning rate's schedule
  // were waiting for, is forgotten when it was by another metric or in the other direction; returns
  // a line that says so.
  std::optional<std::string> adopt(TrainerState& state) const;

  struct Verdict {
    bool best = false;     // better than all before
    bool give_up = false;  // patience has run out
  };
  // After an evaluation at state.global_step. A metric that is not there (auc of labels of one
  // class) or not a number is no gain.
  Verdict judge(double loss, const Metrics& metrics, TrainerState& state) const;
  // The metric's value in this evaluation; NaN when it is not there.
  double value(double loss, const Metrics& metrics) const;

 private:
  BestModelOptions options_;
  bool greater_ = false;
};

}  // namespace trainer::train
