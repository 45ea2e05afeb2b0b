#pragma once

#include <algorithm>
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
      : learning_rate_(schedule.learning_rate),
        schedule_(make_schedule(schedule, arguments)),
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
    state.schedule.emplace_back(kBegan, learning_rate_);
  }
  // A rate that follows a metric goes on from what it had come to; of another learning rate than
  // the run began with, from the same share of that.
  void restore(const TrainerState& state) {
    if (!by_metric_) return;
    MetricSchedule::State entries = state.schedule;
    const auto began = std::find_if(entries.begin(), entries.end(),
                                    [](const auto& entry) { return entry.first == kBegan; });
    const bool other = began != entries.end() && began->second != learning_rate_;
    for (auto& [name, value] : entries) {
      if (other && name == "rate")
        value = began->second > 0 ? value / began->second * learning_rate_ : learning_rate_;
    }
    by_metric_->restore(entries);
  }

 private:
  static constexpr const char* kBegan = "learning_rate";  // beside the schedule's own entries

  double learning_rate_;
  Schedule schedule_;
  std::unique_ptr<MetricSchedule> by_metric_;
};

}  // namespace trainer::train
