#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "train/sampler.hpp"

namespace trainer::train {

// One logged row: what metrics.jsonl, the tracker and the progress line get.
struct Row {
  std::int64_t step = 0;
  std::vector<std::pair<std::string, double>> values;
};

// What decides which rows a step sees. A position within an epoch means nothing under another plan.
struct BatchPlan {
  std::int64_t rows = 0;
  std::string fingerprint;  // of the rows' texts, as data::Dataset has it
  Order order = Order::kShuffled;
  std::uint64_t seed = 42;  // of the order and of the dropout
  std::int64_t batch_size = 8;
  std::int64_t gradient_accumulation_steps = 1;
};

// All that a training run is in the middle of, but for weights and optimizer moments. A checkpoint
// is this, the weights and the moments; resumed from one, the run goes on bit for bit (same
// machine, same number of threads).
struct TrainerState {
  BatchPlan plan;
  std::string base_model;            // what the model was made from, for its card
  std::int64_t global_step = 0;      // optimizer steps done
  std::int64_t max_steps = 0;        // to be done in all
  std::int64_t epoch = 0;            // 0-based, the one being worked on
  std::int64_t batch = 0;            // batches of it already consumed
  std::uint32_t forward_passes = 0;  // training passes done: the dropout stream's position
  double loss_since_log = 0;         // sum of the steps' losses since the last train/loss
  std::int64_t last_logged_step = 0;
  double total_loss = 0;  // sum of all steps' losses
  std::vector<Row> log_history;
  // Of the metric that says which model is best: its name (empty: nobody asks, or an older
  // checkpoint does not say), its direction and what was reached.
  std::string metric_for_best_model;
  bool greater_is_better = false;
  std::optional<double> best_metric;
  std::int64_t best_global_step = 0;  // 0: none yet
  std::string best_model_checkpoint;  // folder of the best model, when it was saved; else empty
  std::int64_t evaluations_without_gain = 0;  // for early stopping
  // Of a learning rate that follows a metric; else empty.
  std::vector<std::pair<std::string, double>> schedule;
};

}  // namespace trainer::train
