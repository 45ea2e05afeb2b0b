#include "train/schedule.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "config/error.hpp"

namespace trainer::train {
namespace {

struct Named {
  std::string_view name;
  ScheduleKind kind;
};

constexpr std::array kNames = {
    Named{"linear", ScheduleKind::kLinear},
    Named{"cosine", ScheduleKind::kCosine},
    Named{"cosine_with_restarts", ScheduleKind::kCosineWithRestarts},
    Named{"polynomial", ScheduleKind::kPolynomial},
    Named{"constant", ScheduleKind::kConstant},
    Named{"constant_with_warmup", ScheduleKind::kConstantWithWarmup},
    Named{"inverse_sqrt", ScheduleKind::kInverseSqrt},
};

constexpr double kPolynomialEnd = 1e-7;  // learning rate that polynomial decay ends at
constexpr std::int64_t kInverseSqrtTimescale = 10'000;  // without warmup

double at_least_one(std::int64_t n) { return static_cast<double>(std::max<std::int64_t>(1, n)); }

}  // namespace

ScheduleKind schedule_from_name(std::string_view name) {
  std::string known;
  for (const Named& entry : kNames) {
    if (entry.name == name) return entry.kind;
    if (!known.empty()) known += ", ";
    known += entry.name;
  }
  throw Error(ErrorCode::kUsage,
              "--lr-scheduler-type '" + std::string(name) + "' is not known; known are " + known);
}

double Schedule::at(std::int64_t step) const {
  if (kind == ScheduleKind::kConstant) return learning_rate;
  if (step < warmup_steps)
    return learning_rate * static_cast<double>(step) / at_least_one(warmup_steps);
  const auto since = static_cast<double>(step - warmup_steps);
  const double progress = since / at_least_one(total_steps - warmup_steps);
  switch (kind) {
    case ScheduleKind::kConstant:
    case ScheduleKind::kConstantWithWarmup:
      return learning_rate;
    case ScheduleKind::kLinear:
      return learning_rate * std::max(0.0, 1.0 - progress);
    case ScheduleKind::kCosine:
      return learning_rate * std::max(0.0, 0.5 * (1.0 + std::cos(std::numbers::pi * progress)));
    case ScheduleKind::kCosineWithRestarts:
      return progress >= 1.0 ? 0.0
                             : learning_rate * 0.5 *
                                   (1.0 + std::cos(std::numbers::pi * std::fmod(progress, 1.0)));
    case ScheduleKind::kPolynomial:
      return progress > 1.0 ? kPolynomialEnd
                            : (learning_rate - kPolynomialEnd) * (1.0 - progress) + kPolynomialEnd;
    case ScheduleKind::kInverseSqrt: {
      const double timescale =
          at_least_one(warmup_steps > 0 ? warmup_steps : kInverseSqrtTimescale);
      return learning_rate / std::sqrt((since + timescale) / timescale);
    }
  }
  return learning_rate;
}

}  // namespace trainer::train
