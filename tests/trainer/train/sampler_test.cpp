#include "train/sampler.hpp"

#include <gtest/gtest.h>

namespace trainer::train {
namespace {

// torch.randperm(n, generator=torch.Generator().manual_seed(42 + epoch)) of torch 2.13, which is
// what the Trainer draws.
TEST(Sampler, OrderIsThatOfTheTrainer) {
  const Sampler ten{.rows = 10, .seed = 42};
  EXPECT_EQ(ten.epoch_order(0), (std::vector<std::int64_t>{2, 6, 1, 8, 4, 5, 0, 9, 3, 7}));
  EXPECT_EQ(ten.epoch_order(1), (std::vector<std::int64_t>{8, 4, 9, 0, 5, 1, 6, 7, 2, 3}));
  auto first = Sampler{.rows = 500, .seed = 42}.epoch_order(0);
  first.resize(12);
  EXPECT_EQ(first,
            (std::vector<std::int64_t>{42, 32, 120, 29, 478, 70, 496, 324, 306, 461, 178, 81}));
}

TEST(Sampler, SequentialOrderIsTheRows) {
  EXPECT_EQ((Sampler{.rows = 3, .order = Order::kSequential}.epoch_order(4)),
            (std::vector<std::int64_t>{0, 1, 2}));
}

TEST(Sampler, LastBatchMayBeShort) {
  EXPECT_EQ((Sampler{.rows = 17, .batch_size = 8}.batches_per_epoch()), 3);
}

}  // namespace
}  // namespace trainer::train
