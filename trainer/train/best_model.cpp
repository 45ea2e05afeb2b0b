#include "train/best_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "config/error.hpp"

namespace trainer::train {
namespace {

constexpr std::array<std::string_view, 16> kKnown = {
    "loss", "accuracy", "f1",  "precision", "recall", "f1_macro", "f1_micro", "f1_weighted",
    "mcc",  "auc",      "ece", "mse",       "mae",    "r2",       "pearson",  "spearmanr"};

// "eval_f1", "eval/f1" and "f1" are one.
std::string plain(const std::string& name) {
  return name.starts_with("eval_") || name.starts_with("eval/") ? name.substr(5) : name;
}

// Errors are better when they are smaller; the Trainer knows that of "…loss" only.
bool is_error(const std::string& metric) {
  return metric.ends_with("loss") || metric == "ece" || metric == "mse" || metric == "mae";
}

}  // namespace

BestModel::BestModel(BestModelOptions options) : options_(std::move(options)) {
  if (options_.metric.empty()) return;
  const std::string name = plain(options_.metric);
  if (std::find(kKnown.begin(), kKnown.end(), name) == kKnown.end()) {
    std::string known;
    for (const std::string_view one : kKnown)
      known += (known.empty() ? "" : ", ") + std::string(one);
    throw Error(ErrorCode::kUsage, "--metric-for-best-model '" + options_.metric +
                                       "' is not known; known are " + known);
  }
  options_.metric = name;
  greater_ = options_.greater_is_better.value_or(!is_error(name));
}

double BestModel::value(double loss, const Metrics& metrics) const {
  if (options_.metric == "loss") return loss;
  const auto found = std::find_if(metrics.begin(), metrics.end(), [this](const auto& metric) {
    return metric.first == options_.metric;
  });
  return found == metrics.end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
}

std::optional<std::string> BestModel::adopt(TrainerState& state) const {
  if (!wanted()) return std::nullopt;
  const auto told = [](const std::string& metric, bool greater) {
    return metric + (greater ? " (greater is better)" : " (smaller is better)");
  };
  const std::string before = told(state.metric_for_best_model, state.greater_is_better);
  const std::string now = told(options_.metric, greater_);
  const bool same = state.metric_for_best_model.empty() || before == now;
  state.metric_for_best_model = options_.metric;
  state.greater_is_better = greater_;
  if (same) return std::nullopt;
  state.best_metric.reset();
  state.best_global_step = 0;
  state.best_model_checkpoint.clear();
  state.evaluations_without_gain = 0;
  std::erase_if(state.schedule, [](const auto& entry) {
    return entry.first != "rate" && entry.first != "learning_rate";
  });
  return "models are now compared by " + now + ": what was best by " + before + " is forgotten";
}

BestModel::Verdict BestModel::judge(double loss, const Metrics& metrics,
                                    TrainerState& state) const {
  Verdict verdict;
  if (!wanted()) return verdict;
  const double now = value(loss, metrics);
  const bool first = !state.best_metric;
  const double best = state.best_metric.value_or(0.0);
  const bool better = !std::isnan(now) && (first || (greater_ ? now > best : now < best));
  const bool gain = better && (first || std::abs(now - best) > options_.early_stopping_threshold);
  state.evaluations_without_gain = gain ? 0 : state.evaluations_without_gain + 1;
  verdict.give_up = options_.early_stopping_patience &&
                    state.evaluations_without_gain >= *options_.early_stopping_patience;
  if (!better) return verdict;
  verdict.best = true;
  state.best_metric = now;
  state.best_global_step = state.global_step;
  return verdict;
}

}  // namespace trainer::train
