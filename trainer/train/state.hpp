#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace trainer::train {

// One logged row: what metrics.jsonl, the tracker and the progress line get.
struct Row {
  std::int64_t step = 0;
  std::vector<std::pair<std::string, double>> values;
};

// All that a training run is in the middle of, but for weights and optimizer moments. A checkpoint
// is this, the weights and the moments; resumed from one, the run goes on bit for bit (same
// machine, same number of threads).
struct TrainerState {
  std::int64_t global_step = 0;      // optimizer steps done
  std::int64_t max_steps = 0;        // to be done in all
  std::int64_t epoch = 0;            // 0-based, the one being worked on
  std::int64_t batch = 0;            // batches of it already consumed
  std::uint64_t seed = 0;            // of the sampler and the dropout
  std::uint32_t forward_passes = 0;  // training passes done: the dropout stream's position
  double loss_since_log = 0;         // sum of the steps' losses since the last train/loss
  std::int64_t last_logged_step = 0;
  double total_loss = 0;  // sum of all steps' losses
  std::vector<Row> log_history;
};

}  // namespace trainer::train
