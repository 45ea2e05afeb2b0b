#include "train/loop.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/mul.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "config/error.hpp"
#include "data/tokens/packed_batch.hpp"
#include "models/loading.hpp"
#include "train/checkpoint.hpp"
#include "train/checkpoint_folders.hpp"
#include "train/checkpoint_keeper.hpp"
#include "train/learning_rate.hpp"
#include "train/memory.hpp"
#include "train/not_finite.hpp"
#include "train/objective.hpp"
#include "train/plan.hpp"

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
        objective_{.problem = model.config().problem(), .cross_entropy = options.loss},
        plan_(options, data),
        optimizer_(make_optimizer(model.parameters(), options.optimizer,
                                  treatments(model.parameters(), options.groups))),
        rate_(plan_.schedule(), options.schedule_arguments),
        best_(plan_.best()),
        keeper_(options.output_directory, options.save_total_limit, data.tokenizer,
                options.resume_from) {
    state_.plan = plan_.batches();
    if (options.resume_from)
      state_ = read_checkpoint(*options.resume_from, state_.plan, *optimizer_);
    forgotten_ = best_.adopt(state_);
    rate_.restore(state_);
    state_.max_steps = plan_.total_steps();
    state_.base_model = options.base_model;
  }

  TrainingResult run(const std::atomic<bool>& stop);

 private:
  double epoch_done() const {
    return static_cast<double>(state_.epoch) +
           static_cast<double>(state_.batch) / static_cast<double>(plan_.batches_per_epoch());
  }
  bool last_step() const { return state_.global_step >= plan_.total_steps(); }
  bool epoch_over() const { return state_.batch == plan_.batches_per_epoch(); }

  void work_through_epoch(const std::atomic<bool>& stop);
  void step(EpochRows& epoch);
  double accumulate(const StepRows& rows, double weight);
  void after_step();
  void log(Row row);
  void log_training();
  void log_end();
  // The model as it is, which has been trained that many steps.
  Evaluation measure(std::int64_t step) const;
  const Evaluation& evaluate();
  void judge(const Evaluation& evaluation);
  void save();
  void load_best();
  void note(const std::string& text) {
    for (const auto& hook : hooks_) hook->noted(text);
  }

  models::Classifier& model_;
  const TrainingData& data_;
  const TrainingOptions& options_;
  const std::vector<std::unique_ptr<Hook>>& hooks_;
  Objective objective_;
  Plan plan_;
  std::unique_ptr<Optimizer> optimizer_;
  LearningRate rate_;
  BestModel best_;
  CheckpointKeeper keeper_;
  std::optional<std::string> forgotten_;  // by a resumed run, to be told
  TrainerState state_;
  double grad_norm_ = 0;
  double learning_rate_ = 0;
  std::int64_t samples_ = 0;  // of this process
  std::int64_t steps_ = 0;    // of this process
  bool given_up_ = false;     // early stopping
  std::optional<Evaluation> best_evaluation_;
  Clock::time_point start_ = Clock::now();
  TrainingResult result_;
};

// Forward and backward of one batch; returns its share of the step's mean loss. `weight`: what the
// rows of the whole step weigh; of classes that weigh nothing the loss is 0.
double Loop::accumulate(const StepRows& rows, double weight) {
  const data::PackedBatch batch = data::pack(rows.arena, rows.rows);
  nn::Pass pass(nn::Mode::kTrain, {.seed = state_.plan.seed, .step = state_.forward_passes},
                options_.activations);
  const at::Tensor logits = model_.forward(batch, pass);
  const at::Tensor loss =
      at::mul(loss_sum(objective_, logits, batch), weight > 0 ? 1.0 / weight : 0.0);
  const double value = loss.item<double>();
  if (!std::isfinite(value)) throw not_finite("loss", state_, rows.places, keeper_.last_good());
  torch::autograd::backward({loss}, {});
  ++state_.forward_passes;
  samples_ += static_cast<std::int64_t>(rows.rows.size());
  return value;
}

// One optimizer step over the next gradient_accumulation_steps batches of the epoch.
void Loop::step(EpochRows& epoch) {
  const std::int64_t first = state_.batch * options_.batch_size;
  const std::int64_t batches =
      std::min(options_.gradient_accumulation_steps, plan_.batches_per_epoch() - state_.batch);
  const StepRows all =
      epoch.between(first, std::min(first + batches * options_.batch_size, data_.rows()));
  const double weight = loss_weight(objective_, all.arena, all.rows);
  const auto batch = static_cast<std::size_t>(options_.batch_size);
  double loss = 0;
  for (std::size_t at = 0; at < all.rows.size(); at += batch)
    loss += accumulate(all.part(at, std::min(batch, all.rows.size() - at)), weight);
  learning_rate_ = rate_.at(state_.global_step);
  grad_norm_ = optimizer_->step(learning_rate_);
  if (!std::isfinite(grad_norm_))
    throw not_finite("gradient", state_, all.places, keeper_.last_good());
  state_.batch += batches;
  ++state_.global_step;
  ++steps_;
  state_.loss_since_log += loss;
  state_.total_loss += loss;
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

Evaluation Loop::measure(std::int64_t step) const {
  Evaluation done = train::evaluate(model_, *data_.evaluation,
                                    {.batch_size = options_.eval_batch_size,
                                     .loss = options_.loss,
                                     .worst_rows = options_.worst_rows});
  done.step = step;
  return done;
}

const Evaluation& Loop::evaluate() {
  const Evaluation& done = result_.last_evaluation.emplace(measure(state_.global_step));
  Row row{.step = state_.global_step, .values = {{"eval/loss", done.loss}}};
  for (const auto& [name, value] : done.metrics) row.values.emplace_back("eval/" + name, value);
  row.values.emplace_back("eval/runtime", done.runtime);
  row.values.emplace_back("eval/samples_per_second", done.samples_per_second);
  row.values.emplace_back("eval/steps_per_second", done.steps_per_second);
  log(std::move(row));
  for (const auto& hook : hooks_) hook->evaluated(done);
  return done;
}

// What an evaluation means for the learning rate, the best model and early stopping.
void Loop::judge(const Evaluation& evaluation) {
  if (rate_.follows_a_metric())
    rate_.observe(best_.value(evaluation.loss, evaluation.metrics), state_);
  const BestModel::Verdict verdict = best_.judge(evaluation.loss, evaluation.metrics, state_);
  if (verdict.best) {
    best_evaluation_ = evaluation;
    if (options_.saving.when == When::kBest) save();
  }
  given_up_ = verdict.give_up;
}

void Loop::save() {
  const CheckpointKeeper::Saved saved = keeper_.save(model_, *optimizer_, state_);
  if (saved.trouble) note(*saved.trouble);
  if (!saved.folder) return;
  for (const auto& hook : hooks_) hook->saved(state_, *saved.folder);
}

void Loop::load_best() {
  const std::filesystem::path folder = state_.best_model_checkpoint;
  const std::optional<std::int64_t> step = checkpoint_step(folder);
  // The best step may be the last one, and its checkpoint not written.
  const bool is_there = state_.best_global_step == state_.global_step && step != state_.global_step;
  if (is_there || folder.empty() || !std::filesystem::exists(folder / kStateFile)) {
    note("the best model has no checkpoint; the last one is kept");
    return;
  }
  models::load_saved(model_, folder);
  result_.model_step = step.value_or(0);
  note("the best model, " + folder.filename().string() + ", is loaded");
  // The best of those that were saved: another may have been better, and what was measured of that
  // one, or before this run was resumed, is not what this one is.
  const bool known = best_evaluation_ && best_evaluation_->step == result_.model_step;
  result_.last_evaluation = known ? *best_evaluation_ : measure(result_.model_step);
  for (const auto& hook : hooks_) hook->evaluated(*result_.last_evaluation);
  if (options_.save_total_limit == 1)  // as the Trainer: the best is what is wanted
    prune_all_but(options_.output_directory, folder);
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

// Logging, evaluation and checkpoint, where they are due, in the Trainer's order.
void Loop::after_step() {
  const Plan::Moment now{.step = state_.global_step,
                         .epoch = epoch_done(),
                         .epoch_over = epoch_over(),
                         .last = last_step()};
  if (plan_.logs(now)) log_training();
  if (plan_.evaluates(now)) judge(evaluate());
  if (plan_.saves(now)) save();
}

void Loop::work_through_epoch(const std::atomic<bool>& stop) {
  EpochRows epoch(data_.train, data_.stream, plan_.sampler(), state_.epoch);
  while (!epoch_over() && !last_step() && !given_up_ && !stop) {
    step(epoch);
    for (const auto& hook : hooks_) hook->stepped(state_);
    after_step();
  }
}

TrainingResult Loop::run(const std::atomic<bool>& stop) {
  for (const auto& hook : hooks_) hook->began(state_);
  if (forgotten_) note(*forgotten_);
  if (last_step() && !stop)
    note("nothing is left to train: " + std::to_string(state_.global_step) + " steps are done, " +
         std::to_string(state_.max_steps) + " asked for (--max-steps, --num-train-epochs)");
  if (options_.evaluate_on_start && data_.evaluation && state_.global_step == 0 && !stop)
    evaluate();
  while (!last_step() && !given_up_ && !stop) {
    if (epoch_over()) {
      ++state_.epoch;
      state_.batch = 0;
    }
    work_through_epoch(stop);
  }
  if (given_up_ && !last_step()) {
    note("stopped early at step " + std::to_string(state_.global_step) + ": no gain in " +
         std::to_string(state_.evaluations_without_gain) + " evaluations");
  }
  if (stop && !last_step() && !given_up_) {
    save();
    result_.outcome = Outcome::kStopped;
  }
  result_.model_step = state_.global_step;
  if (result_.outcome == Outcome::kFinished && options_.load_best_model_at_end) load_best();
  log_end();
  for (const auto& hook : hooks_) hook->ended(state_, result_.outcome);
  result_.state = state_;
  return result_;
}

}  // namespace

TrainingResult train(models::Classifier& model, const TrainingData& data,
                     const TrainingOptions& options,
                     const std::vector<std::unique_ptr<Hook>>& hooks,
                     const std::atomic<bool>& stop) {
  check_data(model, data, options);
  return telling_of_memory([&] { return Loop(model, data, options, hooks).run(stop); });
}

}  // namespace trainer::train
