#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/token_arena.hpp"
#include "models/classifier.hpp"
#include "models/stored_file.hpp"
#include "train/evaluate.hpp"
#include "train/hooks.hpp"
#include "train/optimizer.hpp"
#include "train/sampler.hpp"
#include "train/schedule.hpp"
#include "train/state.hpp"

// The training loop: Hugging Face Trainer's defaults, order of rows, step counts and logged names.
namespace trainer::train {

enum class When { kNo, kEpoch, kSteps };

struct TrainingOptions {
  double epochs = 3.0;
  std::optional<std::int64_t> max_steps;  // wins over epochs
  std::int64_t batch_size = 8;
  std::int64_t eval_batch_size = 8;
  std::int64_t gradient_accumulation_steps = 1;
  Order order = Order::kShuffled;
  std::uint64_t seed = 42;
  AdamWOptions optimizer;
  ScheduleKind schedule = ScheduleKind::kLinear;
  double learning_rate = 5e-5;
  double warmup_ratio = 0.0;                 // of all steps, rounded up
  std::optional<std::int64_t> warmup_steps;  // wins over the ratio
  std::int64_t logging_steps = 50;
  When evaluate = When::kEpoch;
  std::int64_t eval_steps = 50;
  When save = When::kEpoch;
  std::int64_t save_steps = 500;
  std::size_t save_total_limit = 1;  // checkpoints kept, the newest; 0: all
  std::filesystem::path output_directory;
  std::optional<std::filesystem::path> resume_from;  // a checkpoint; its weights are already loaded
};

struct TrainingData {
  const data::TokenArena& train;
  const data::TokenArena* evaluation = nullptr;  // null: no evaluation
  std::vector<models::StoredFile> tokenizer;     // written into checkpoints
  std::string fingerprint;                       // of the training rows' texts, see RowPlan
};

struct TrainingResult {
  Outcome outcome = Outcome::kFinished;
  double train_runtime = 0;             // seconds, evaluation included
  double train_samples_per_second = 0;  //
  std::optional<Evaluation> last_evaluation;
  TrainerState state;
};

// Optimizer steps of one epoch and in all, as the Trainer counts them.
struct StepCount {
  std::int64_t batches_per_epoch = 0;
  std::int64_t steps_per_epoch = 0;
  std::int64_t total = 0;
};
StepCount count_steps(const TrainingOptions& options, std::int64_t rows);

// Trains in the calling thread until done or until `stop` is set (then a checkpoint is written and
// the outcome is kStopped); `stop` is looked at before every step. With accumulation the loss is
// the mean over all rows of the step, whatever its batches' sizes. Throws Error(kInvalidInput) for
// labels the model does not have and for a loss or gradient that is not finite, naming the step;
// what a hook throws comes through.
TrainingResult train(models::Classifier& model, const TrainingData& data,
                     const TrainingOptions& options,
                     const std::vector<std::unique_ptr<Hook>>& hooks,
                     const std::atomic<bool>& stop);

}  // namespace trainer::train
