#include "data/token_arena.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "config/error.hpp"

namespace trainer::data {
namespace {

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

}  // namespace
}  // namespace trainer::data
