#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trainer::train {

// Learning-rate schedules; names and formulas of transformers.get_scheduler, with its default
// arguments.
enum class ScheduleKind {
  kLinear,
  kCosine,
  kCosineWithRestarts,
  kPolynomial,
  kConstant,
  kConstantWithWarmup,
  kInverseSqrt,
};

// Throws Error(kUsage) that lists the names.
ScheduleKind schedule_from_name(std::string_view name);

struct Schedule {
  ScheduleKind kind = ScheduleKind::kLinear;
  double learning_rate = 5e-5;    // the peak
  std::int64_t warmup_steps = 0;  // risen linearly from 0
  std::int64_t total_steps = 0;

  // The rate that step `step` (0-based) is made with.
  double at(std::int64_t step) const;
};

}  // namespace trainer::train
