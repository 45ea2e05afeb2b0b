#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "api/train_options.hpp"
#include "config/error.hpp"
#include "train/learning_rate.hpp"
#include "train/plan.hpp"

// From flags to what the training loop takes.
namespace trainer::api {
namespace {

train::When when_from_name(const std::string& name) {
  if (name == "epoch") return train::When::kEpoch;
  if (name == "best") return train::When::kBest;
  return name == "steps" ? train::When::kSteps : train::When::kNo;
}

// Steps of 1 and more must be whole; below 1 they are a share of all.
train::Strategy strategy(const std::string& flag, const std::string& when, double steps) {
  if (steps >= 1 && steps != std::floor(steps)) {
    throw Error(
        ErrorCode::kUsage,
        fmt::format("{} {}: must be whole, or below 1 for a share of all steps", flag, steps));
  }
  return {.when = when_from_name(when), .steps = steps};
}

train::OptimizerOptions optimizer_options(const FineTuneOptions& a) {
  train::OptimizerOptions options{.kind = train::optimizer_from_name(a.optim),
                                  .beta1 = a.adam_beta1,
                                  .beta2 = a.adam_beta2,
                                  .eps = a.adam_epsilon,
                                  .max_grad_norm = a.max_grad_norm};
  train::read_arguments(options, train::KeyedValues("--optim-args", a.optim_args));
  return options;
}

}  // namespace

train::TrainingOptions training_options(const FineTuneOptions& a) {
  train::TrainingOptions o;
  o.epochs = a.num_train_epochs;
  o.max_steps = a.max_steps;
  o.batch_size = a.batch_size;
  o.eval_batch_size = a.eval_batch_size.value_or(a.batch_size);
  o.gradient_accumulation_steps = a.gradient_accumulation_steps;
  o.order = a.no_shuffle ? train::Order::kSequential : train::Order::kShuffled;
  o.seed = a.seed;
  o.optimizer = optimizer_options(a);
  o.groups = {.weight_decay = a.weight_decay,
              .layerwise_decay = a.layerwise_lr_decay,
              .frozen = split(a.freeze),
              .frozen_layers = a.freeze_layers,
              .freeze_embeddings = a.freeze_embeddings};
  o.loss.label_smoothing = a.label_smoothing_factor;
  if (a.gradient_checkpointing) o.activations = nn::Activations::kRecomputed;
  o.schedule = train::schedule_from_name(a.lr_scheduler_type);
  o.schedule_arguments = train::KeyedValues("--lr-scheduler-kwargs", a.lr_scheduler_kwargs);
  o.learning_rate = a.learning_rate;
  o.warmup_ratio = a.warmup_ratio;
  o.warmup_steps = a.warmup_steps;
  o.logging = strategy("--logging-steps", a.logging_strategy, a.logging_steps);
  o.log_first_step = a.logging_first_step;
  o.evaluation = strategy("--eval-steps", a.eval_strategy, a.eval_steps.value_or(a.logging_steps));
  o.evaluation_delay = a.eval_delay;
  o.evaluate_on_start = a.eval_on_start;
  o.saving = strategy("--save-steps", a.save_strategy, a.save_steps);
  o.save_total_limit = a.save_total_limit;
  o.best = {.metric = a.metric_for_best_model,
            .greater_is_better = a.greater_is_better,
            .early_stopping_patience = a.early_stopping_patience,
            .early_stopping_threshold = a.early_stopping_threshold};
  o.load_best_model_at_end = a.load_best_model_at_end;
  o.worst_rows = a.eval_errors;
  // What is wrong with the words is told before anything is downloaded; the number of steps, known
  // later, makes no word wrong.
  const train::Schedule any{
      .kind = o.schedule, .learning_rate = o.learning_rate, .warmup_steps = 1, .total_steps = 1000};
  train::LearningRate(any, o.schedule_arguments);
  train::BestModel(o.best);
  train::check_strategies(o, a.eval_strategy != "no");
  if (!a.class_weights.empty() && a.class_weights != "balanced") class_weights(a, {}, 0);
  return o;
}

std::vector<float> class_weights(const FineTuneOptions& a, const std::vector<std::int64_t>& labels,
                                 std::size_t classes) {
  if (a.class_weights.empty()) return {};
  std::vector<float> weights;
  if (a.class_weights == "balanced") {
    std::vector<double> counts(classes, 0.0);
    for (const std::int64_t label : labels) counts.at(static_cast<std::size_t>(label)) += 1;
    for (std::size_t c = 0; c < classes; ++c) {
      if (counts[c] == 0) {
        throw Error(ErrorCode::kInvalidInput,
                    fmt::format("--class-weights balanced: class {} has no training row; give the "
                                "weights as numbers",
                                c));
      }
      weights.push_back(static_cast<float>(static_cast<double>(labels.size()) /
                                           (static_cast<double>(classes) * counts[c])));
    }
    return weights;
  }
  for (const std::string& word : split(a.class_weights)) {
    float weight = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), weight);
    if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(weight) ||
        weight < 0) {
      throw Error(
          ErrorCode::kUsage,
          fmt::format("--class-weights: '{}' is neither a number of at least 0 nor balanced",
                      word));
    }
    weights.push_back(weight);
  }
  return weights;
}

}  // namespace trainer::api
