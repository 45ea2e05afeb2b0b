#include "train/schedule.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "config/error.hpp"

namespace trainer::train {
namespace {

struct NamedSchedule {
  std::string_view name;
  ScheduleKind kind;
};

constexpr std::array kSchedules = {
    NamedSchedule{"linear", ScheduleKind::kLinear},
    NamedSchedule{"cosine", ScheduleKind::kCosine},
    NamedSchedule{"cosine_with_restarts", ScheduleKind::kCosineWithRestarts},
    NamedSchedule{"polynomial", ScheduleKind::kPolynomial},
    NamedSchedule{"constant", ScheduleKind::kConstant},
    NamedSchedule{"constant_with_warmup", ScheduleKind::kConstantWithWarmup},
    NamedSchedule{"inverse_sqrt", ScheduleKind::kInverseSqrt},
    NamedSchedule{"reduce_lr_on_plateau", ScheduleKind::kReduceLrOnPlateau},
    NamedSchedule{"cosine_with_min_lr", ScheduleKind::kCosineWithMinLr},
    NamedSchedule{"cosine_warmup_with_min_lr", ScheduleKind::kCosineWarmupWithMinLr},
    NamedSchedule{"warmup_stable_decay", ScheduleKind::kWarmupStableDecay},
    NamedSchedule{"greedy", ScheduleKind::kGreedy},
};

constexpr std::int64_t kInverseSqrtTimescale = 10'000;  // without warmup

double at_least_one(std::int64_t n) { return static_cast<double>(std::max<std::int64_t>(1, n)); }

double wave(double cycles, double progress) {
  return 0.5 * (1.0 + std::cos(std::numbers::pi * cycles * 2.0 * progress));
}

double above(double floor, double factor) { return std::max(0.0, factor * (1.0 - floor) + floor); }

double polynomial(const Schedule& s, std::int64_t step) {
  if (step > s.total_steps) return s.lr_end / s.learning_rate;
  const double progress = static_cast<double>(step - s.warmup_steps) /
                          static_cast<double>(s.total_steps - s.warmup_steps);
  const double range = s.learning_rate - s.lr_end;
  return (range * std::pow(1.0 - progress, s.power) + s.lr_end) / s.learning_rate;
}

double cosine_warmup(const Schedule& s, std::int64_t step) {
  const auto now = static_cast<double>(step);
  if (step < s.warmup_steps) {
    if (s.warmup_rate < 0) return (now + 1.0) / at_least_one(s.warmup_steps);
    return s.warmup_rate + (1.0 - s.warmup_rate) * now / at_least_one(s.warmup_steps - 1);
  }
  const double progress = (now - static_cast<double>(s.warmup_steps) + 1.0) /
                          at_least_one(s.total_steps - s.warmup_steps);
  return above(s.min_rate, wave(s.num_cycles, progress));
}

double stable_then_decay(const Schedule& s, std::int64_t step) {
  if (step < s.warmup_steps) {
    const double p = static_cast<double>(step) / at_least_one(s.warmup_steps);
    const double factor = s.warmup_shape == Shape::kLinear ? p
                          : s.warmup_shape == Shape::kCosine
                              ? 0.5 * (1.0 - std::cos(std::numbers::pi * p))
                              : 1.0 - std::sqrt(1.0 - p);
    return above(s.min_rate, factor);
  }
  const std::int64_t since = step - s.warmup_steps - s.stable_steps;
  if (since < 0) return 1.0;
  if (since >= s.decay_steps) return s.min_rate;
  const double p = static_cast<double>(since) / at_least_one(s.decay_steps);
  const double factor = s.decay_shape == Shape::kLinear   ? 1.0 - p
                        : s.decay_shape == Shape::kCosine ? wave(s.num_cycles, p)
                                                          : 1.0 - std::sqrt(p);
  return above(s.min_rate, factor);
}

// Of the kinds that rise linearly: share of the peak after the warm-up.
double after_warmup(const Schedule& s, std::int64_t step) {
  const auto since = static_cast<double>(step - s.warmup_steps);
  const double progress = since / at_least_one(s.total_steps - s.warmup_steps);
  switch (s.kind) {
    case ScheduleKind::kLinear:
      return std::max(0.0, static_cast<double>(s.total_steps - step) /
                               at_least_one(s.total_steps - s.warmup_steps));
    case ScheduleKind::kCosine:
    case ScheduleKind::kCosineWithMinLr:
      return above(s.min_rate, wave(s.num_cycles, progress));
    case ScheduleKind::kCosineWithRestarts:
      if (progress >= 1.0) return 0.0;
      return std::max(
          0.0, 0.5 * (1.0 + std::cos(std::numbers::pi * std::fmod(s.num_cycles * progress, 1.0))));
    case ScheduleKind::kPolynomial:
      return polynomial(s, step);
    case ScheduleKind::kInverseSqrt: {
      const auto shift = static_cast<double>(s.timescale - s.warmup_steps);
      return 1.0 /
             std::sqrt((static_cast<double>(step) + shift) / static_cast<double>(s.timescale));
    }
    default:
      return 1.0;
  }
}

Shape shape_from(const KeyedValues& values, std::string_view key, std::string_view fallback) {
  const std::string name = values.one_of(key, {"linear", "cosine", "1-sqrt"}, fallback);
  return name == "linear"   ? Shape::kLinear
         : name == "cosine" ? Shape::kCosine
                            : Shape::kOneMinusSqrt;
}

[[noreturn]] void missing(ScheduleKind kind, const std::string& what) {
  throw Error(ErrorCode::kUsage, "--lr-scheduler-type " + std::string(name_of(kind)) +
                                     " needs --lr-scheduler-kwargs " + what);
}

void read_min_rate(Schedule& s, const KeyedValues& values) {
  const auto lr = values.number("min_lr");
  const auto rate = values.number("min_lr_rate");
  if (lr && rate) values.refuse("min_lr", "and min_lr_rate exclude each other");
  if (!lr && !rate) missing(s.kind, "min_lr=… or min_lr_rate=…");
  s.min_rate = rate ? *rate : *lr / s.learning_rate;
}

void read_wsd(Schedule& s, const KeyedValues& values) {
  const auto decay = values.count("num_decay_steps");
  if (!decay) missing(s.kind, "num_decay_steps=…");
  s.decay_steps = *decay;
  s.stable_steps =
      values.count_or("num_stable_steps", s.total_steps - s.warmup_steps - s.decay_steps);
  s.warmup_shape = shape_from(values, "warmup_type", "linear");
  s.decay_shape = shape_from(values, "decay_type", "cosine");
  s.min_rate = values.number_or("min_lr_ratio", 0.0);
}

void expect_known(ScheduleKind kind, const KeyedValues& values) {
  const std::string whose(name_of(kind));
  switch (kind) {
    case ScheduleKind::kCosine:
    case ScheduleKind::kCosineWithRestarts:
      return values.expect_only({"num_cycles"}, whose);
    case ScheduleKind::kPolynomial:
      return values.expect_only({"lr_end", "power"}, whose);
    case ScheduleKind::kInverseSqrt:
      return values.expect_only({"timescale"}, whose);
    case ScheduleKind::kCosineWithMinLr:
      return values.expect_only({"num_cycles", "min_lr", "min_lr_rate"}, whose);
    case ScheduleKind::kCosineWarmupWithMinLr:
      return values.expect_only({"num_cycles", "min_lr", "min_lr_rate", "warmup_lr_rate"}, whose);
    case ScheduleKind::kWarmupStableDecay:
      return values.expect_only({"num_decay_steps", "num_stable_steps", "warmup_type", "decay_type",
                                 "min_lr_ratio", "num_cycles"},
                                whose);
    default:
      return values.expect_only({}, whose);
  }
}

}  // namespace

ScheduleKind schedule_from_name(std::string_view name) {
  for (const NamedSchedule& entry : kSchedules) {
    if (entry.name == name) return entry.kind;
  }
  throw Error(ErrorCode::kUsage, "--lr-scheduler-type '" + std::string(name) +
                                     "' is not known; known are " + schedule_names());
}

std::string_view name_of(ScheduleKind kind) {
  const auto found =
      std::find_if(kSchedules.begin(), kSchedules.end(),
                   [kind](const NamedSchedule& entry) { return entry.kind == kind; });
  return found->name;
}

std::string schedule_names() {
  std::string known;
  for (const NamedSchedule& entry : kSchedules) {
    if (!known.empty()) known += ", ";
    known += entry.name;
  }
  return known;
}

bool follows_a_metric(ScheduleKind kind) {
  return kind == ScheduleKind::kReduceLrOnPlateau || kind == ScheduleKind::kGreedy;
}

Schedule make_schedule(Schedule s, const KeyedValues& values) {
  if (follows_a_metric(s.kind)) return s;
  expect_known(s.kind, values);
  s.num_cycles =
      values.number_or("num_cycles", s.kind == ScheduleKind::kCosineWithRestarts ? 1.0 : 0.5);
  s.power = values.number_or("power", 1.0);
  s.lr_end = values.number_or("lr_end", 1e-7);
  if (s.kind == ScheduleKind::kPolynomial && s.learning_rate <= s.lr_end) {
    throw Error(ErrorCode::kUsage,
                "--lr-scheduler-type polynomial ends at lr_end=" + std::to_string(s.lr_end) +
                    ", which --learning-rate must exceed");
  }
  s.timescale =
      values.count_or("timescale", s.warmup_steps > 0 ? s.warmup_steps : kInverseSqrtTimescale);
  if (s.timescale == 0) values.refuse("timescale", "must be above 0");
  if (s.kind == ScheduleKind::kCosineWithMinLr || s.kind == ScheduleKind::kCosineWarmupWithMinLr)
    read_min_rate(s, values);
  s.warmup_rate = values.number_or("warmup_lr_rate", -1.0);
  if (s.kind == ScheduleKind::kWarmupStableDecay) read_wsd(s, values);
  return s;
}

double Schedule::at(std::int64_t step) const {
  if (kind == ScheduleKind::kConstant) return learning_rate;
  if (kind == ScheduleKind::kCosineWarmupWithMinLr)
    return learning_rate * cosine_warmup(*this, step);
  if (kind == ScheduleKind::kWarmupStableDecay)
    return learning_rate * stable_then_decay(*this, step);
  if (step < warmup_steps)
    return learning_rate * (static_cast<double>(step) / at_least_one(warmup_steps));
  return learning_rate * after_warmup(*this, step);
}

}  // namespace trainer::train
