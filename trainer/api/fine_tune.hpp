#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/options.hpp"
#include "data/dataset.hpp"
#include "hub/hub.hpp"
#include "train/hooks.hpp"

// Fine-tuning a text classifier from a program of one's own: what `trainer` does, as a function.
// Nothing here includes libtorch; link trainer::api (docs/library.md; examples/fine_tune.cpp).
namespace trainer {

// Rows that are in memory already, instead of those that FineTuneOptions::data and eval_dataset
// name. Names of classes are Dataset::label_names, where there are some; Dataset::origin is what
// model card and tracker say of the rows. With `train`, options about splits and samples must be
// left as they are.
struct FineTuneRows {
  std::optional<data::Dataset> train = {};
  std::optional<data::Dataset> evaluation = {};  // absent: none
};

// Who watches and who may end it.
struct FineTuneWatch {
  // Called on fine_tune()'s thread (train/hooks.hpp), after those that write metrics.jsonl, the
  // evaluation's report and the tracker's rows. Every line for people goes to their noted(), also
  // before training begins; without hooks nothing is printed.
  std::vector<std::unique_ptr<train::Hook>> hooks = {};
  hub::Progress downloads = {};             // of model and data
  const std::atomic<bool>* stop = nullptr;  // set from any thread or a signal: see fine_tune()
};

struct FineTuned {
  train::Outcome outcome = train::Outcome::kFinished;
  std::filesystem::path directory;  // model, metrics.jsonl, reports, checkpoints
  std::filesystem::path archive;    // NAME.tar.gz in it; empty when stopped
  // "imdb/model-happy-fox-1:v0", with log_model; empty as long as no server has it.
  std::string artifact;
  std::int64_t steps = 0;  // in all, those before a resume too
  // Of the model that was saved: "loss", "accuracy", …; empty without evaluation.
  train::Metrics evaluation;
  double seconds = 0;             // of training, with evaluations
  double samples_per_second = 0;  // trained on
};

// Downloads, tokenizes, trains, evaluates, logs and saves, in the calling thread and libtorch's
// pool; one at a time in a process. When `stop` is set, the step at hand is ended, a checkpoint is
// written and the outcome is kStopped. What is in the directory when it returns is on the disk.
// Throws Error (config/error.hpp) with the remedy: kUsage for options that do not go together,
// kInvalidInput for rows or models that are broken and for a loss that is not finite, kHub, kIo,
// kMemory; the tracker's run is then marked as failed. What a hook throws comes through.
FineTuned fine_tune(const FineTuneOptions& options, FineTuneRows rows = {},
                    FineTuneWatch watch = {});

}  // namespace trainer
