#include "train/metric_schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <limits>

namespace trainer::train {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// What "better" means: by more than the threshold, absolute or relative to the best so far.
struct Comparison {
  bool smaller = true;
  bool relative = true;
  double threshold = 1e-4;

  bool better(double value, double best) const {
    if (smaller) return value < (relative ? best * (1.0 - threshold) : best - threshold);
    return value > (relative ? best * (1.0 + threshold) : best + threshold);
  }
  double worst() const { return smaller ? kInfinity : -kInfinity; }
};

Comparison comparison_from(const KeyedValues& values, double threshold, std::string_view mode) {
  return {.smaller = values.one_of("mode", {"min", "max"}, "min") == "min",
          .relative = values.one_of("threshold_mode", {"rel", "abs"}, mode) == "rel",
          .threshold = values.number_or("threshold", threshold)};
}

double factor_from(const KeyedValues& values, double fallback) {
  const double factor = values.number_or("factor", fallback);
  if (factor >= 1.0) values.refuse("factor", "must be below 1");
  return factor;
}

double value_in(const MetricSchedule::State& state, std::string_view key, double fallback) {
  const auto found = std::find_if(state.begin(), state.end(),
                                  [key](const auto& entry) { return entry.first == key; });
  return found == state.end() ? fallback : found->second;
}

class Plateau : public MetricSchedule {
 public:
  Plateau(double learning_rate, const KeyedValues& values)
      : MetricSchedule(learning_rate),
        comparison_(comparison_from(values, 1e-4, "rel")),
        factor_(factor_from(values, 0.1)),
        patience_(values.number_or("patience", 10)),
        cooldown_(values.number_or("cooldown", 0)),
        min_rate_(values.number_or("min_lr", 0)),
        eps_(values.number_or("eps", 1e-8)),
        best_(comparison_.worst()) {
    values.expect_only(
        {"mode", "factor", "patience", "threshold", "threshold_mode", "cooldown", "min_lr", "eps"},
        "reduce_lr_on_plateau");
  }

  void observe(double metric) override {
    if (comparison_.better(metric, best_)) {
      best_ = metric;
      bad_ = 0;
    } else {
      ++bad_;
    }
    if (cooling_ > 0) {
      --cooling_;
      bad_ = 0;
    }
    if (bad_ <= patience_) return;
    const double lower = std::max(rate_ * factor_, min_rate_);
    if (rate_ - lower > eps_) rate_ = lower;
    cooling_ = cooldown_;
    bad_ = 0;
  }

  State state() const override {
    return {{"rate", rate_}, {"best", best_}, {"bad", bad_}, {"cooling", cooling_}};
  }
  void restore(const State& state) override {
    rate_ = value_in(state, "rate", rate_);
    best_ = value_in(state, "best", best_);
    bad_ = value_in(state, "bad", bad_);
    cooling_ = value_in(state, "cooling", cooling_);
  }

 private:
  Comparison comparison_;
  double factor_, patience_, cooldown_, min_rate_, eps_;
  double best_;
  double bad_ = 0;      // evaluations without improvement
  double cooling_ = 0;  // evaluations to come that do not count
};

class Greedy : public MetricSchedule {
 public:
  Greedy(double learning_rate, const KeyedValues& values)
      : MetricSchedule(learning_rate),
        comparison_(comparison_from(values, 1e-6, "abs")),
        factor_(factor_from(values, 0.95)),
        patience_(values.number_or("patience", 10)),
        cooldown_(values.number_or("cooldown", 0)),
        warmup_(values.number_or("warmup", 0)),
        min_rate_(values.number_or("min_lr", 1e-3)),
        max_rate_(values.number_or("max_lr", 1.0)),
        eps_(values.number_or("eps", 1e-8)),
        smooth_(values.flag_or("smooth", false)),
        window_(static_cast<std::size_t>(values.count_or("window_size", 50))),
        reset_after_(values.number_or("reset_start", 500)),
        initial_rate_(learning_rate),
        best_(comparison_.worst()),
        until_reset_(reset_after_) {
    values.expect_only(
        {"mode", "factor", "patience", "threshold", "threshold_mode", "cooldown", "warmup",
         "min_lr", "max_lr", "eps", "smooth", "window_size", "reset_start", "verbose"},
        "greedy");
  }

  void observe(double metric) override {
    const double current = smooth_ ? smoothed(metric) : metric;
    if (cooling_ > 0 || warming_ > 0) {
      --(cooling_ > 0 ? cooling_ : warming_);
      bad_ = good_ = 0;
      return;
    }
    if (comparison_.better(current, best_)) {
      best_ = current;
      bad_ = 0;
      ++good_;
    } else {
      ++bad_;
      good_ = 0;
    }
    if (good_ > patience_) {
      raise();
      warming_ = warmup_;
      good_ = 0;
    } else if (bad_ > patience_) {
      lower();
      cooling_ = cooldown_;
      bad_ = 0;
    }
  }

  State state() const override {
    State out = {{"rate", rate_},
                 {"best", best_},
                 {"bad", bad_},
                 {"good", good_},
                 {"cooling", cooling_},
                 {"warming", warming_},
                 {"until_reset", until_reset_},
                 {"sum", sum_}};
    // Names in the order of their values, as a JSON object keeps them.
    for (std::size_t i = 0; i < seen_.size(); ++i)
      out.emplace_back(fmt::format("seen_{:09}", i), seen_[i]);
    return out;
  }
  void restore(const State& state) override {
    rate_ = value_in(state, "rate", rate_);
    best_ = value_in(state, "best", best_);
    bad_ = value_in(state, "bad", bad_);
    good_ = value_in(state, "good", good_);
    cooling_ = value_in(state, "cooling", cooling_);
    warming_ = value_in(state, "warming", warming_);
    until_reset_ = value_in(state, "until_reset", until_reset_);
    sum_ = value_in(state, "sum", sum_);
    for (const auto& [key, value] : state) {
      if (key.starts_with("seen_")) seen_.push_back(value);
    }
  }

 private:
  double smoothed(double value) {
    seen_.push_back(value);
    sum_ += value;
    if (seen_.size() > window_) {
      sum_ -= seen_.front();
      seen_.pop_front();
    }
    return sum_ / static_cast<double>(seen_.size());
  }

  void raise() {
    const double higher = std::min(rate_ / factor_, max_rate_);
    if (higher - rate_ > eps_) rate_ = higher;
    until_reset_ = reset_after_;
  }

  void lower() {
    const double lower = std::max(rate_ * factor_, min_rate_);
    if (rate_ - lower > eps_) rate_ = lower;
    if (rate_ > min_rate_) return;
    if (--until_reset_ > 0) return;
    rate_ = initial_rate_;
    best_ = comparison_.worst();
    bad_ = good_ = cooling_ = warming_ = 0;
    until_reset_ = reset_after_;
    seen_.clear();
    sum_ = 0;
  }

  Comparison comparison_;
  double factor_, patience_, cooldown_, warmup_, min_rate_, max_rate_, eps_;
  bool smooth_;
  std::size_t window_;
  double reset_after_, initial_rate_;
  double best_;
  double bad_ = 0, good_ = 0;         // evaluations in a row without and with improvement
  double cooling_ = 0, warming_ = 0;  // evaluations to come that do not count
  double until_reset_;                // plateaus at the lowest rate left until it begins anew
  std::deque<double> seen_;           // the smoothing's window
  double sum_ = 0;
};

}  // namespace

std::unique_ptr<MetricSchedule> make_metric_schedule(ScheduleKind kind, double learning_rate,
                                                     const KeyedValues& arguments) {
  if (kind == ScheduleKind::kReduceLrOnPlateau)
    return std::make_unique<Plateau>(learning_rate, arguments);
  if (kind == ScheduleKind::kGreedy) return std::make_unique<Greedy>(learning_rate, arguments);
  return nullptr;
}

}  // namespace trainer::train
