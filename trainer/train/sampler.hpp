#pragma once

#include <cstdint>
#include <vector>

namespace trainer::train {

enum class Order { kShuffled, kSequential };

// Which rows make which batch. Stateless: an epoch's order follows from seed and epoch, so that a
// resumed run needs only a position. Shuffled, it is the order of Hugging Face's Trainer:
// torch.randperm(rows) of a generator seeded with seed + epoch.
struct Sampler {
  std::int64_t rows = 0;
  std::int64_t batch_size = 8;
  Order order = Order::kShuffled;
  std::uint64_t seed = 42;

  std::int64_t batches_per_epoch() const { return (rows + batch_size - 1) / batch_size; }
  // All rows in the order of that epoch (0-based); batch i is rows [i*batch_size, …), the last may
  // be short.
  std::vector<std::int64_t> epoch_order(std::int64_t epoch) const;
};

}  // namespace trainer::train
