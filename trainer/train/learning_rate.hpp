#pragma once

#include <cstdint>
#include <memory>

#include "train/metric_schedule.hpp"
#include "train/schedule.hpp"
#include "train/state.hpp"

namespace trainer::train {

// The learning rate of one run, whether it follows the step or a metric.
class LearningRate {
 public:
  LearningRate(const Schedule& schedule, const KeyedValues& arguments)
      : schedule_(make_schedule(schedule, arguments)),
        by_metric_(make_metric_schedule(schedule.kind, schedule.learning_rate, arguments)) {}

  // The rate that step `step` (0-based) is made with.
  double at(std::int64_t step) const {
    return by_metric_ ? by_metric_->rate() : schedule_.at(step);
  }
  bool follows_a_metric() const noexcept { return by_metric_ != nullptr; }
  void observe(double metric, TrainerState& state) {
    if (!by_metric_) return;
    by_metric_->observe(metric);
    state.schedule = by_metric_->state();
  }
  void restore(const TrainerState& state) {
    if (by_metric_) by_metric_->restore(state.schedule);
  }

 private:
  Schedule schedule_;
  std::unique_ptr<MetricSchedule> by_metric_;
};

}  // namespace trainer::train
