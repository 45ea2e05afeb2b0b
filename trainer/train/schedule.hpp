#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "train/keyed_values.hpp"

namespace trainer::train {

// Learning-rate schedules: names, arguments, defaults and formulas of transformers 5.23's
// SchedulerType and get_scheduler. The last two follow an evaluation metric, not the step: see
// metric_schedule.hpp.
enum class ScheduleKind {
  kLinear,
  kCosine,
  kCosineWithRestarts,
  kPolynomial,
  kConstant,
  kConstantWithWarmup,
  kInverseSqrt,
  kCosineWithMinLr,
  kCosineWarmupWithMinLr,
  kWarmupStableDecay,
  kReduceLrOnPlateau,
  kGreedy,
};

// Throws Error(kUsage) that lists the names.
ScheduleKind schedule_from_name(std::string_view name);
std::string_view name_of(ScheduleKind kind);
// "linear, cosine, …", for help.
std::string schedule_names();
bool follows_a_metric(ScheduleKind kind);

// A curve over warm-up or decay.
enum class Shape { kLinear, kCosine, kOneMinusSqrt };

struct Schedule {
  ScheduleKind kind = ScheduleKind::kLinear;
  double learning_rate = 5e-5;    // the peak
  std::int64_t warmup_steps = 0;  // risen linearly from 0, unless the kind says otherwise
  std::int64_t total_steps = 0;

  // From here on filled in by make_schedule().
  double num_cycles = 0.5;
  double power = 1.0;          // polynomial
  double lr_end = 1e-7;        // polynomial
  std::int64_t timescale = 0;  // inverse_sqrt
  double min_rate = 0.0;       // share of the peak that the rate ends at
  double warmup_rate = -1.0;  // cosine_warmup_with_min_lr: share of the peak to begin at; < 0: none
  std::int64_t stable_steps = 0;  // warmup_stable_decay
  std::int64_t decay_steps = 0;   //
  Shape warmup_shape = Shape::kLinear;
  Shape decay_shape = Shape::kCosine;

  // The rate that step `step` (0-based) is made with. Not for kinds that follow a metric.
  double at(std::int64_t step) const;
};

// What --lr-scheduler-kwargs may say, read into a schedule whose first four fields are given.
// Throws Error(kUsage) naming the flag for a key the kind does not know, a value out of range, and
// for a required one that is missing.
Schedule make_schedule(Schedule basic, const KeyedValues& arguments);

}  // namespace trainer::train
