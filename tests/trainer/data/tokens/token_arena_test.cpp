#include "data/tokens/token_arena.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "config/error.hpp"
#include "support/temp_directory.hpp"
#include "trainer/data/tokens/token_files.hpp"

namespace trainer::data {
namespace {

using testing::ElementsAreArray;

TEST(Tokenize, ThreadsGiveTheSameArenaInRowOrder) {
  const text::Tokenizer bert = golden_tokenizer("bert");
  const Dataset dataset = numbered_rows(3000);  // some blocks
  const TokenArena one = tokenize(dataset, bert, 8, 1);
  const TokenArena four = tokenize(dataset, bert, 8, 4);
  EXPECT_THAT(four.ids, ElementsAreArray(one.ids));
  EXPECT_THAT(four.offsets, ElementsAreArray(one.offsets));
  EXPECT_EQ(one.size(), 3000U);
  EXPECT_TRUE(one.type_ids.empty());
  const auto begin = static_cast<std::size_t>(one.offsets[2999]);
  EXPECT_THAT(
      one.ids.subspan(begin),
      ElementsAreArray(
          bert.encode(dataset.rows[2999].text, {.add_special_tokens = true, .max_length = 8}).ids));
  EXPECT_EQ(one.labels[2999], 2999 % 3);
}

TEST(Tokenize, ErrorsOfThreadsComeBack) {
  EXPECT_THROW(tokenize(numbered_rows(100), golden_tokenizer("bert"), 1, 3), Error);
}

TEST(Tokenize, TypesAreThereFromTheFirstRowOnOnceOneRowHasThem) {
  Dataset dataset = numbered_rows(3);
  dataset.rows[1].text_pair = "and more";
  const TokenArena arena = tokenize(dataset, golden_tokenizer("bert"), 64, 2);
  ASSERT_EQ(arena.type_ids.size(), arena.ids.size());
  const auto of_row = [&arena](std::size_t row) {
    return arena.type_ids[static_cast<std::size_t>(arena.offsets[row + 1]) - 1];
  };
  EXPECT_EQ(of_row(0), 0);
  EXPECT_EQ(of_row(1), 1);
  EXPECT_EQ(of_row(2), 0);
}

TEST(Tokenize, TokenizersThatGiveNoTokenTypesGiveNoneToPairsEither) {
  const tracker::test::TempDirectory folder;
  const text::Tokenizer bert = tokenizer_of_type(folder.path() / "bert", "bert");
  const text::Tokenizer albert = tokenizer_of_type(folder.path() / "albert", "albert");
  Dataset dataset = numbered_rows(2);
  dataset.rows[1].text_pair = "and more";
  EXPECT_FALSE(tokenize(dataset, bert, 64, 1).type_ids.empty());
  EXPECT_TRUE(tokenize(dataset, albert, 64, 1).type_ids.empty());
}

TEST(Tokenize, CopiesShareTheIds) {
  const TokenArena copy = [] {
    const TokenArena arena = tokenize(numbered_rows(2), golden_tokenizer("bert"), 8, 1);
    return TokenArena(arena);
  }();
  EXPECT_EQ(copy.ids.front(), 2);  // [CLS], read after the first arena is gone
}

TEST(TokenizeBlocks, EmptyBlocksAreNoEnd) {
  int call = 0;
  const RowBlocks rows = [&call](RowBlock& block) {
    block.rows.clear();
    if (++call % 2 == 0) block.rows.push_back({.text = "a", .text_pair = {}, .label = call});
    return call <= 6;
  };
  EXPECT_THAT(tokenize(rows, golden_tokenizer("bert"), {.max_length = 8, .threads = 2}).labels,
              testing::ElementsAre(2, 4, 6));
}

// Blocks of 0 to 99 rows, of which most are too small for all threads. The reader sees which
// threads the process has while a block is worked on.
TEST(TokenizeBlocks, HelpersServeAllBlocks) {
  const text::Tokenizer bert = golden_tokenizer("bert");
  std::set<std::string> threads;
  const auto note_threads = [&threads] {
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task"))
      threads.insert(task.path().filename().string());
  };
  note_threads();
  const std::size_t before = threads.size();
  const Dataset dataset = numbered_rows(10'000);
  const auto blocks = [&](std::size_t at, std::size_t call) {
    return [&, at, call](RowBlock& block) mutable {
      note_threads();
      const std::size_t count = std::min(++call * 37 % 100, dataset.rows.size() - at);
      const auto begin = dataset.rows.begin() + static_cast<std::ptrdiff_t>(at);
      block.rows.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
      at += count;
      return at < dataset.rows.size() || count > 0;
    };
  };
  const TokenArena four = tokenize(blocks(0, 0), bert, {.max_length = 8, .threads = 4});
  EXPECT_LE(threads.size(), before + 3);
  EXPECT_THAT(four.ids, ElementsAreArray(tokenize(dataset, bert, 8, 1).ids));
}

TEST(TokenizeBlocks, RowsFindTheirPlacesWhateverOrderTheyAreReadIn) {
  const text::Tokenizer bert = golden_tokenizer("bert");
  const Dataset dataset = numbered_rows(100);
  const TokenArena arena = tokenize(reversed(dataset), bert, {.max_length = 8, .threads = 2});
  const TokenArena expected = tokenize(dataset, bert, 8, 2);
  EXPECT_THAT(arena.ids, ElementsAreArray(expected.ids));
  EXPECT_THAT(arena.labels, ElementsAreArray(expected.labels));
}

TEST(TokenizeBlocks, PlacesThatAreNoOrderAreRefused) {
  const Dataset dataset = numbered_rows(2);
  const RowBlocks rows = [&, first = true](RowBlock& block) mutable {
    block = {.rows = dataset.rows, .places = {1, 1}};
    return std::exchange(first, false);
  };
  EXPECT_THROW(tokenize(rows, golden_tokenizer("bert"), {.max_length = 8, .threads = 1}), Error);
}

TEST(TokenizeBlocks, ErrorsOfTheReaderComeBack) {
  int call = 0;
  const RowBlocks rows = [&call](RowBlock& block) -> bool {
    if (++call == 3) throw Error(ErrorCode::kInvalidInput, "line 7");
    block.rows = numbered_rows(40).rows;
    return true;
  };
  EXPECT_THROW(tokenize(rows, golden_tokenizer("bert"), {.max_length = 8, .threads = 2}), Error);
}

}  // namespace
}  // namespace trainer::data
