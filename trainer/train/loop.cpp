#include "train/loop.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/mul.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "config/error.hpp"
#include "data/packed_batch.hpp"
#include "nn/loss.hpp"
#include "train/checkpoint.hpp"

namespace trainer::train {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// One run from its first step, or from a checkpoint, to its end.
class Loop {
 public:
  Loop(models::Classifier& model, const TrainingData& data, const TrainingOptions& options,
       const std::vector<std::unique_ptr<Hook>>& hooks)
      : model_(model),
        data_(data),
        options_(options),
        hooks_(hooks),
        optimizer_(model.parameters(), options.optimizer),
        count_(count_steps(options, static_cast<std::int64_t>(data.train.size()))),
        sampler_{.rows = static_cast<std::int64_t>(data.train.size()),
                 .batch_size = options.batch_size,
                 .order = options.order,
                 .seed = options.seed},
        schedule_{.kind = options.schedule,
                  .learning_rate = options.learning_rate,
                  .warmup_steps = options.warmup_steps.value_or(static_cast<std::int64_t>(
                      std::ceil(options.warmup_ratio * static_cast<double>(count_.total)))),
                  .total_steps = count_.total} {
    state_.plan = {.rows = sampler_.rows,
                   .fingerprint = data.fingerprint,
                   .order = options.order,
                   .seed = options.seed,
                   .batch_size = options.batch_size,
                   .gradient_accumulation_steps = options.gradient_accumulation_steps};
    if (options.resume_from)
      state_ = read_checkpoint(*options.resume_from, state_.plan, optimizer_);
    state_.max_steps = count_.total;
  }

  TrainingResult run(const std::atomic<bool>& stop);

 private:
  double epoch_done() const {
    return static_cast<double>(state_.epoch) +
           static_cast<double>(state_.batch) / static_cast<double>(count_.batches_per_epoch);
  }
  bool due(When when, std::int64_t steps) const {
    if (when == When::kSteps) return state_.global_step % steps == 0;
    return when == When::kEpoch && state_.batch == count_.batches_per_epoch;
  }

  void work_through_epoch(const std::atomic<bool>& stop);
  double step(const std::vector<std::int64_t>& order);
  double accumulate(std::span<const std::int64_t> rows, std::int64_t rows_of_step);
  void log(Row row);
  void log_training();
  void log_end();
  void evaluate();
  void save();

  models::Classifier& model_;
  const TrainingData& data_;
  const TrainingOptions& options_;
  const std::vector<std::unique_ptr<Hook>>& hooks_;
  AdamW optimizer_;
  StepCount count_;
  Sampler sampler_;
  Schedule schedule_;
  TrainerState state_;
  double grad_norm_ = 0;
  double learning_rate_ = 0;
  std::int64_t samples_ = 0;  // of this process
  std::int64_t steps_ = 0;    // of this process
  std::int64_t saved_at_ = -1;
  Clock::time_point start_ = Clock::now();
  TrainingResult result_;
};

// Forward and backward of one batch; returns its share of the step's mean loss.
double Loop::accumulate(std::span<const std::int64_t> rows, std::int64_t rows_of_step) {
  const data::PackedBatch batch = data::pack(data_.train, rows);
  nn::Pass pass(nn::Mode::kTrain, {.seed = state_.plan.seed, .step = state_.forward_passes});
  const at::Tensor logits = model_.forward(batch, pass);
  const at::Tensor loss =
      at::mul(nn::cross_entropy_sum(logits, batch.labels), 1.0 / static_cast<double>(rows_of_step));
  const double value = loss.item<double>();
  if (!std::isfinite(value)) {
    throw Error(
        ErrorCode::kInvalidInput,
        "the loss of step " + std::to_string(state_.global_step + 1) +
            " is not a number; lower --learning-rate, add --warmup-ratio, or use --dtype float32");
  }
  torch::autograd::backward({loss}, {});
  ++state_.forward_passes;
  samples_ += static_cast<std::int64_t>(rows.size());
  return value;
}

// One optimizer step over the next gradient_accumulation_steps batches of the epoch; returns the
// step's loss.
double Loop::step(const std::vector<std::int64_t>& order) {
  const std::int64_t first = state_.batch * options_.batch_size;
  const std::int64_t batches =
      std::min(options_.gradient_accumulation_steps, count_.batches_per_epoch - state_.batch);
  const std::int64_t end = std::min(first + batches * options_.batch_size, sampler_.rows);
  double loss = 0;
  for (std::int64_t at = first; at < end; at += options_.batch_size) {
    const std::int64_t rows = std::min(options_.batch_size, end - at);
    loss += accumulate(
        std::span(order).subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(rows)),
        end - first);
  }
  learning_rate_ = schedule_.at(state_.global_step);
  grad_norm_ = optimizer_.step(learning_rate_);
  if (!std::isfinite(grad_norm_)) {
    throw Error(ErrorCode::kInvalidInput,
                "the gradient of step " + std::to_string(state_.global_step + 1) +
                    " is not finite; lower --learning-rate or use --dtype float32");
  }
  state_.batch += batches;
  ++state_.global_step;
  ++steps_;
  state_.loss_since_log += loss;
  state_.total_loss += loss;
  return loss;
}

void Loop::log(Row row) {
  row.values.emplace_back("train/epoch", epoch_done());
  row.values.emplace_back("train/global_step", static_cast<double>(state_.global_step));
  for (const auto& hook : hooks_) hook->logged(row);
  state_.log_history.push_back(std::move(row));
}

void Loop::log_training() {
  const auto steps = static_cast<double>(state_.global_step - state_.last_logged_step);
  const double loss = state_.loss_since_log / steps;
  state_.loss_since_log = 0;
  state_.last_logged_step = state_.global_step;
  log({.step = state_.global_step,
       .values = {{"train/loss", loss},
                  {"train/grad_norm", grad_norm_},
                  {"train/learning_rate", learning_rate_}}});
}

void Loop::evaluate() {
  const Evaluation done = train::evaluate(model_, *data_.evaluation, options_.eval_batch_size);
  Row row{.step = state_.global_step, .values = {{"eval/loss", done.loss}}};
  for (const auto& [name, value] : done.metrics) row.values.emplace_back("eval/" + name, value);
  row.values.emplace_back("eval/runtime", done.runtime);
  row.values.emplace_back("eval/samples_per_second", done.samples_per_second);
  row.values.emplace_back("eval/steps_per_second", done.steps_per_second);
  log(std::move(row));
  result_.last_evaluation = done;
}

void Loop::save() {
  if (saved_at_ == state_.global_step) return;
  write_checkpoint(options_.output_directory, model_, data_.tokenizer, optimizer_, state_);
  if (options_.save_total_limit > 0)
    prune_checkpoints(options_.output_directory, options_.save_total_limit);
  saved_at_ = state_.global_step;
}

void Loop::log_end() {
  result_.train_runtime = seconds_since(start_);
  const double seconds = std::max(result_.train_runtime, 1e-9);
  result_.train_samples_per_second = static_cast<double>(samples_) / seconds;
  log({.step = state_.global_step,
       .values = {{"train/train_runtime", result_.train_runtime},
                  {"train/train_samples_per_second", result_.train_samples_per_second},
                  {"train/train_steps_per_second", static_cast<double>(steps_) / seconds},
                  {"train/train_loss",
                   state_.total_loss /
                       static_cast<double>(std::max<std::int64_t>(1, state_.global_step))}}});
}

void Loop::work_through_epoch(const std::atomic<bool>& stop) {
  const std::vector<std::int64_t> order = sampler_.epoch_order(state_.epoch);
  while (state_.batch < count_.batches_per_epoch && state_.global_step < count_.total && !stop) {
    step(order);
    for (const auto& hook : hooks_) hook->stepped(state_);
    const bool last = state_.global_step == count_.total;
    if (state_.global_step % options_.logging_steps == 0 || last) log_training();
    const bool at_end = last && options_.evaluate != When::kNo;
    if (data_.evaluation && (due(options_.evaluate, options_.eval_steps) || at_end)) evaluate();
    if (due(options_.save, options_.save_steps)) save();
  }
}

TrainingResult Loop::run(const std::atomic<bool>& stop) {
  for (const auto& hook : hooks_) hook->began(state_);
  while (state_.global_step < count_.total && !stop) {
    if (state_.batch == count_.batches_per_epoch) {
      ++state_.epoch;
      state_.batch = 0;
    }
    work_through_epoch(stop);
  }
  if (stop) {
    save();
    result_.outcome = Outcome::kStopped;
  }
  log_end();
  for (const auto& hook : hooks_) hook->ended(state_, result_.outcome);
  result_.state = state_;
  return result_;
}

}  // namespace

StepCount count_steps(const TrainingOptions& options, std::int64_t rows) {
  StepCount count;
  count.batches_per_epoch = (rows + options.batch_size - 1) / options.batch_size;
  const std::int64_t per_step = options.gradient_accumulation_steps;
  count.steps_per_epoch =
      std::max<std::int64_t>(1, (count.batches_per_epoch + per_step - 1) / per_step);
  count.total = options.max_steps.value_or(static_cast<std::int64_t>(
      std::ceil(options.epochs * static_cast<double>(count.steps_per_epoch))));
  return count;
}

TrainingResult train(models::Classifier& model, const TrainingData& data,
                     const TrainingOptions& options,
                     const std::vector<std::unique_ptr<Hook>>& hooks,
                     const std::atomic<bool>& stop) {
  const auto classes = static_cast<std::int64_t>(model.config().labels.size());
  check_labels(data.train.labels, classes, "training data");
  if (data.evaluation) check_labels(data.evaluation->labels, classes, "evaluation data");
  if (data.train.size() == 0)
    throw Error(ErrorCode::kInvalidInput, "the training data has no rows");
  return Loop(model, data, options, hooks).run(stop);
}

}  // namespace trainer::train
