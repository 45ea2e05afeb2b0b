#include "data/packed.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "config/error.hpp"

namespace trainer::data {
namespace {

using testing::ElementsAre;

text::Tokenizer tokenizer(const char* name) {
  return text::Tokenizer::load(std::filesystem::path(TRACKER_SOURCE_DIR) / "tests" / "golden" /
                               "tokenizers" / name);
}

Dataset rows(std::size_t count) {
  Dataset dataset;
  for (std::size_t i = 0; i < count; ++i) {
    dataset.rows.push_back({.text = fmt::format("movie number {}", i),
                            .text_pair = {},
                            .label = static_cast<std::int64_t>(i % 3)});
  }
  return dataset;
}

TEST(Tokenize, ThreadsGiveTheSameArenaInRowOrder) {
  const text::Tokenizer bert = tokenizer("bert");
  const Dataset dataset = rows(300);
  const TokenArena one = tokenize(dataset, bert, 8, 1);
  const TokenArena four = tokenize(dataset, bert, 8, 4);
  EXPECT_EQ(one.ids, four.ids);
  EXPECT_EQ(one.offsets, four.offsets);
  EXPECT_EQ(one.size(), 300U);
  EXPECT_TRUE(one.type_ids.empty());
  const std::vector<std::int32_t> last(one.ids.begin() + one.offsets[299],
                                       one.ids.begin() + one.offsets[300]);
  EXPECT_EQ(last,
            bert.encode(dataset.rows[299].text, {.add_special_tokens = true, .max_length = 8}).ids);
  EXPECT_EQ(one.labels[299], 299 % 3);
}

TEST(Tokenize, ErrorsOfThreadsComeBack) {
  EXPECT_THROW(tokenize(rows(100), tokenizer("bert"), 1, 3), Error);
}

TEST(Pack, LaysSequencesEndToEnd) {
  const TokenArena arena{.ids = {10, 11, 12, 20, 30, 31},
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
  const TokenArena arena{.ids = {1, 2}, .type_ids = {}, .offsets = {0, 1, 2}, .labels = {0, 0}};
  const std::vector<std::int64_t> order = {1, 0, 1};
  EXPECT_THAT(pack(arena, order).type_ids, ElementsAre(0, 0, 0));
}

}  // namespace
}  // namespace trainer::data
