#include "train/plan.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "config/error.hpp"
#include "train/objective.hpp"

namespace trainer::train {
namespace {

// Steps as a whole number; those that nobody lives to see are as many as can be counted.
std::int64_t whole(double steps) {
  return static_cast<std::int64_t>(std::ceil(std::min(steps, 1e18)));
}

std::int64_t share_of(double share, std::int64_t total) {
  return whole(share * static_cast<double>(total));
}

}  // namespace

StepCount count_steps(const TrainingOptions& options, std::int64_t rows) {
  StepCount count;
  count.batches_per_epoch = (rows + options.batch_size - 1) / options.batch_size;
  const std::int64_t per_step = options.gradient_accumulation_steps;
  count.steps_per_epoch =
      std::max<std::int64_t>(1, (count.batches_per_epoch + per_step - 1) / per_step);
  count.total = options.max_steps.value_or(
      whole(options.epochs * static_cast<double>(count.steps_per_epoch)));
  return count;
}

void check_strategies(const TrainingOptions& options, bool has_rows) {
  const bool evaluates = has_rows && options.evaluation.when != When::kNo;
  const auto needs_evaluation = [](const std::string& flag, bool there) {
    if (!there)
      throw Error(ErrorCode::kUsage,
                  flag +
                      " needs evaluations: give --eval-strategy epoch or steps, and rows to "
                      "evaluate on (--eval-dataset)");
  };
  if (follows_a_metric(options.schedule))
    needs_evaluation("--lr-scheduler-type " + std::string(name_of(options.schedule)), evaluates);
  if (options.best.early_stopping_patience)
    needs_evaluation("--early-stopping-patience", evaluates);
  if (options.saving.when == When::kBest) needs_evaluation("--save-strategy best", evaluates);
  if (options.evaluate_on_start) needs_evaluation("--eval-on-start", evaluates);
  if (!options.load_best_model_at_end) return;
  needs_evaluation("--load-best-model-at-end", evaluates);
  if (options.saving.when == When::kBest || options.saving.when == options.evaluation.when) return;
  throw Error(ErrorCode::kUsage,
              "--load-best-model-at-end needs --save-strategy and --eval-strategy to be the same, "
              "or --save-strategy best");
}

void check_data(const models::Classifier& model, const TrainingData& data,
                const TrainingOptions& options) {
  const auto classes = static_cast<std::int64_t>(model.config().labels.size());
  check_labels(data.train, model.config(), "training data");
  if (data.evaluation) check_labels(*data.evaluation, model.config(), "evaluation data");
  if (model.config().problem() != data::ProblemType::kSingleLabel &&
      (options.loss.label_smoothing != 0 || !options.loss.class_weights.empty())) {
    throw Error(ErrorCode::kUsage,
                "--label-smoothing-factor and --class-weights go with "
                "single_label_classification; this is " +
                    std::string(data::name_of(model.config().problem())));
  }
  if (data.rows() == 0) throw Error(ErrorCode::kInvalidInput, "the training data has no rows");
  const std::size_t weights = options.loss.class_weights.size();
  if (weights != 0 && weights != static_cast<std::size_t>(classes)) {
    throw Error(ErrorCode::kUsage, "--class-weights gives " + std::to_string(weights) +
                                       " weights but the model has " + std::to_string(classes) +
                                       " classes");
  }
}

Plan::Plan(const TrainingOptions& options, const TrainingData& data)
    : options_(options), data_(data), count_(count_steps(options, data.rows())) {
  check_strategies(options, data.evaluation != nullptr);
  if (!options.load_best_model_at_end || options.saving.when != When::kSteps) return;
  const std::int64_t saving = steps_of(options.saving), evaluation = steps_of(options.evaluation);
  if (saving % evaluation == 0) return;
  throw Error(ErrorCode::kUsage,
              "--load-best-model-at-end needs --save-steps (" + std::to_string(saving) +
                  ") to be a multiple of --eval-steps (" + std::to_string(evaluation) + ")");
}

Sampler Plan::sampler() const {
  return {.rows = data_.rows(),
          .batch_size = options_.batch_size,
          .order = options_.order,
          .seed = options_.seed};
}

BatchPlan Plan::batches() const {
  return {.rows = data_.rows(),
          .fingerprint = data_.fingerprint,
          .order = options_.order,
          .seed = options_.seed,
          .batch_size = options_.batch_size,
          .gradient_accumulation_steps = options_.gradient_accumulation_steps};
}

Schedule Plan::schedule() const {
  const double steps = options_.warmup_steps.value_or(options_.warmup_ratio);
  const bool share = !options_.warmup_steps || steps < 1;
  return {.kind = options_.schedule,
          .learning_rate = options_.learning_rate,
          .warmup_steps = share ? share_of(steps, count_.total) : static_cast<std::int64_t>(steps),
          .total_steps = count_.total};
}

BestModelOptions Plan::best() const {
  BestModelOptions best = options_.best;
  const bool needed = options_.load_best_model_at_end || follows_a_metric(options_.schedule) ||
                      best.early_stopping_patience || options_.saving.when == When::kBest;
  if (best.metric.empty() && needed) best.metric = "loss";
  return best;
}

std::int64_t Plan::steps_of(const Strategy& strategy) const {
  const std::int64_t steps = strategy.steps < 1 ? share_of(strategy.steps, count_.total)
                                                : static_cast<std::int64_t>(strategy.steps);
  return std::max<std::int64_t>(1, steps);
}

bool Plan::due(const Strategy& strategy, const Moment& now) const {
  if (strategy.when == When::kSteps) return now.step % steps_of(strategy) == 0;
  return strategy.when == When::kEpoch && now.epoch_over;
}

bool Plan::logs(const Moment& now) const {
  if (now.step == 1 && options_.log_first_step) return true;
  return due(options_.logging, now) || (now.last && options_.logging.when != When::kNo);
}

bool Plan::evaluates(const Moment& now) const {
  if (!data_.evaluation || options_.evaluation.when == When::kNo) return false;
  const double done =
      options_.evaluation.when == When::kSteps ? static_cast<double>(now.step) : now.epoch;
  if (done < options_.evaluation_delay) return false;
  return due(options_.evaluation, now) || now.last;
}

bool Plan::saves(const Moment& now) const {
  if (options_.saving.when == When::kNo || options_.saving.when == When::kBest) return false;
  return due(options_.saving, now) || now.last;
}

}  // namespace trainer::train
