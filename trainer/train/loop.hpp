#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/tokens/token_arena.hpp"
#include "models/classifier.hpp"
#include "models/stored_file.hpp"
#include "nn/loss.hpp"
#include "nn/pass.hpp"
#include "train/best_model.hpp"
#include "train/evaluate.hpp"
#include "train/hooks.hpp"
#include "train/keyed_values.hpp"
#include "train/optimizer.hpp"
#include "train/parameter_groups.hpp"
#include "train/sampler.hpp"
#include "train/schedule.hpp"
#include "train/state.hpp"
#include "train/step_rows.hpp"

// The training loop: Hugging Face Trainer's defaults, order of rows, step counts and logged names.
namespace trainer::train {

enum class When { kNo, kEpoch, kSteps, kBest };  // kBest: for checkpoints only

// When something is done. Steps below 1 are a share of all steps, rounded up, as the Trainer takes
// them.
struct Strategy {
  When when = When::kNo;
  double steps = 500;
};

struct TrainingOptions {
  double epochs = 3.0;
  std::optional<std::int64_t> max_steps;  // wins over epochs
  std::int64_t batch_size = 8;
  std::int64_t eval_batch_size = 8;
  std::int64_t gradient_accumulation_steps = 1;
  Order order = Order::kShuffled;
  std::uint64_t seed = 42;
  OptimizerOptions optimizer;
  GroupOptions groups;
  nn::CrossEntropy loss;
  nn::Activations activations = nn::Activations::kKept;
  ScheduleKind schedule = ScheduleKind::kLinear;
  KeyedValues schedule_arguments;
  double learning_rate = 5e-5;
  double warmup_ratio = 0.0;           // of all steps, rounded up
  std::optional<double> warmup_steps;  // wins over the ratio; below 1: the same as a ratio
  Strategy logging = {When::kSteps, 50};
  bool log_first_step = false;
  Strategy evaluation = {When::kEpoch, 50};
  double evaluation_delay = 0.0;  // epochs or steps, by the strategy, before the first evaluation
  bool evaluate_on_start = false;
  Strategy saving = {When::kEpoch, 500};
  std::size_t save_total_limit = 1;  // checkpoints kept, the newest and the best; 0: all
  BestModelOptions best;
  bool load_best_model_at_end = false;
  std::size_t worst_rows = 0;  // rows of highest loss that an evaluation names
  std::filesystem::path output_directory;
  std::string base_model;                            // told by checkpoints: TrainerState
  std::optional<std::filesystem::path> resume_from;  // a checkpoint; its weights are already loaded
};

struct TrainingData {
  const data::TokenArena& train;
  RowStream* stream = nullptr;                   // instead of them
  const data::TokenArena* evaluation = nullptr;  // null: no evaluation
  std::vector<models::StoredFile> tokenizer;     // written into checkpoints
  std::string fingerprint;                       // of the training rows' texts, see BatchPlan

  std::int64_t rows() const {
    return stream ? stream->rows() : static_cast<std::int64_t>(train.size());
  }
};

struct TrainingResult {
  Outcome outcome = Outcome::kFinished;
  double train_runtime = 0;             // seconds, evaluation included
  double train_samples_per_second = 0;  //
  // Of the model as it is now: of the best one that was saved, when that was loaded. Absent when
  // there is none.
  std::optional<Evaluation> last_evaluation;
  std::int64_t model_step = 0;  // steps that the model as it is now has been trained
  TrainerState state;
};

// Optimizer steps of one epoch and in all, as the Trainer counts them.
struct StepCount {
  std::int64_t batches_per_epoch = 0;
  std::int64_t steps_per_epoch = 0;
  std::int64_t total = 0;
};
StepCount count_steps(const TrainingOptions& options, std::int64_t rows);

// Trains in the calling thread until done, until early stopping or until `stop` is set (then a
// checkpoint is written and the outcome is kStopped); `stop` is looked at before every step. With
// accumulation the loss is the mean over all rows of the step, whatever its batches' sizes. A
// checkpoint that cannot be written is noted once and costs nothing else. Throws Error(kUsage) for
// options that do not go together or with the model, Error(kInvalidInput) for labels the model does
// not have and for a loss or gradient that is not finite, naming the step, its rows (0-based, of
// the training data) and the last good checkpoint, Error(kMemory) where there is not enough of it;
// what a hook throws comes through.
TrainingResult train(models::Classifier& model, const TrainingData& data,
                     const TrainingOptions& options,
                     const std::vector<std::unique_ptr<Hook>>& hooks,
                     const std::atomic<bool>& stop);

}  // namespace trainer::train
