#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "train/keyed_values.hpp"
#include "train/schedule.hpp"

namespace trainer::train {

// A learning rate that follows an evaluation metric: reduce_lr_on_plateau is
// torch.optim.lr_scheduler.ReduceLROnPlateau, greedy is transformers.optimization.GreedyLR
// (arXiv 2512.14527); keys and defaults of --lr-scheduler-kwargs are theirs. As with the Trainer,
// `mode` is what the user says (default min), whatever the metric's better direction.
class MetricSchedule {
 public:
  // All that it is in the middle of, for a checkpoint.
  using State = std::vector<std::pair<std::string, double>>;

  virtual ~MetricSchedule() = default;
  virtual void observe(double metric) = 0;  // once per evaluation
  double rate() const noexcept { return rate_; }
  virtual State state() const = 0;
  virtual void restore(const State& state) = 0;  // missing entries keep their initial value

 protected:
  explicit MetricSchedule(double learning_rate) : rate_(learning_rate) {}
  double rate_;
};

// Null for kinds that follow the step. Throws Error(kUsage) naming --lr-scheduler-kwargs.
std::unique_ptr<MetricSchedule> make_metric_schedule(ScheduleKind kind, double learning_rate,
                                                     const KeyedValues& arguments);

}  // namespace trainer::train
