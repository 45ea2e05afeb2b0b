#include "data/tokens/packed_batch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainer::data {
namespace {

using testing::ElementsAre;

TEST(Pack, LaysSequencesEndToEnd) {
  const TokenArena arena = TokenColumns{.ids = {10, 11, 12, 20, 30, 31},
                                        .type_ids = {0, 0, 1, 0, 0, 1},
                                        .offsets = {0, 3, 4, 6},
                                        .labels = {7, 8, 9}};
  const std::vector<std::int64_t> order = {2, 0};
  const PackedBatch batch = pack(arena, order);
  EXPECT_THAT(batch.ids, ElementsAre(30, 31, 10, 11, 12));
  EXPECT_THAT(batch.type_ids, ElementsAre(0, 1, 0, 0, 1));
  EXPECT_THAT(batch.positions, ElementsAre(0, 1, 0, 1, 2));
  EXPECT_THAT(batch.cu_seqlens, ElementsAre(0, 2, 5));
  EXPECT_THAT(batch.labels, ElementsAre(9, 7));
  EXPECT_THAT(batch.rows, ElementsAre(2, 0));
  EXPECT_EQ(batch.max_seqlen, 3);
  EXPECT_EQ(batch.sequences(), 2U);
}

TEST(Pack, TypesAreZeroWhereTheArenaHasNone) {
  const TokenArena arena =
      TokenColumns{.ids = {1, 2}, .type_ids = {}, .offsets = {0, 1, 2}, .labels = {0, 0}};
  const std::vector<std::int64_t> order = {1, 0, 1};
  EXPECT_THAT(pack(arena, order).type_ids, ElementsAre(0, 0, 0));
}

}  // namespace
}  // namespace trainer::data
