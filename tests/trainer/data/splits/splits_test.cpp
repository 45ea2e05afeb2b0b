#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/splits/data_files.hpp"
#include "data/splits/dataset_card.hpp"
#include "data/splits/path_pattern.hpp"
#include "data/splits/split_instruction.hpp"
#include "trainer/data/data_test_files.hpp"

namespace trainer::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(PathPattern, MatchesAsGlobDoes) {
  const std::vector<std::string> paths = {"a.csv",    "b/a.csv",   "b/c/d.csv",
                                          ".h/x.csv", "__p/x.csv", "README.md"};
  EXPECT_THAT(matching_paths(paths, "*"), ElementsAre("a.csv"));
  EXPECT_THAT(matching_paths(paths, "**"), ElementsAre("a.csv", "b/a.csv", "b/c/d.csv"));
  EXPECT_THAT(matching_paths(paths, "**/[a-b].csv"), ElementsAre("a.csv", "b/a.csv"));
  EXPECT_THAT(matching_paths(paths, "b/?.csv"), ElementsAre("b/a.csv"));
  EXPECT_THAT(matching_paths(paths, "b/**/*[!x].csv"), ElementsAre("b/a.csv", "b/c/d.csv"));
  EXPECT_THAT(matching_paths(paths, ".h/*"), ElementsAre(".h/x.csv"));
  EXPECT_THAT(matching_paths(paths, "__p/*"), ElementsAre("__p/x.csv"));
  EXPECT_THAT(matching_paths(paths, "README.md"), ElementsAre("README.md"));
  for (const char* bad : {"../x", "/etc/*", "https://x/y.csv", "a**/b"})
    EXPECT_THROW(matching_paths(paths, bad), Error) << bad;
}

TEST(PathPattern, CharactersAreThoseOfUtf8) {
  const std::vector<std::string> paths = {"café.csv", "cafés.csv"};
  EXPECT_THAT(matching_paths(paths, "caf?.csv"), ElementsAre("café.csv"));
  EXPECT_THAT(matching_paths(paths, "caf[è-ê]s.csv"), ElementsAre("cafés.csv"));
  EXPECT_THAT(matching_paths(paths, "caf[!a].csv"), ElementsAre("café.csv"));
}

TEST(PathPattern, ManyStarsAreNotSlow) {
  const std::string name(200, 'a');
  std::string pattern;
  for (int i = 0; i < 60; ++i) pattern += "*a";
  EXPECT_THAT(matching_paths({name}, pattern + "b"), IsEmpty());
}

TEST(SplitInstruction, PartsAreRoundedToTheNearestRow) {
  const auto rows = [](const char* text, std::uint64_t count) {
    const SplitInstruction::Range range = split_from(text).rows(count);
    return std::pair(range.begin, range.end);
  };
  EXPECT_EQ(rows("train", 10), std::pair(std::uint64_t{0}, std::uint64_t{10}));
  EXPECT_EQ(rows("train[:80%]", 10), std::pair(std::uint64_t{0}, std::uint64_t{8}));
  EXPECT_EQ(rows("train[:50%]", 5), std::pair(std::uint64_t{0}, std::uint64_t{2}));
  EXPECT_EQ(rows("train[-3:]", 10), std::pair(std::uint64_t{7}, std::uint64_t{10}));
  EXPECT_EQ(rows("train[5:99]", 10), std::pair(std::uint64_t{5}, std::uint64_t{10}));
  for (const char* bad : {"", "train[", "train[1]", "train[a:b]", "a+b", "train[:101%]"})
    EXPECT_THROW(split_from(bad), Error) << bad;
}

TEST(DatasetCard, BrokenOnesAreErrors) {
  EXPECT_THAT(message_of([] { read_card("---\nconfigs: {a: [}\n---\n", "x"); }),
              HasSubstr("x: its card (README.md) is not YAML"));
  EXPECT_THAT(message_of([] { read_card("---\nconfigs: 3\n---\n", "x"); }), HasSubstr("no list"));
  EXPECT_THAT(read_card("# no card\n---\na: b\n---\n", "x").configs, IsEmpty());
  const DatasetCard card =
      read_card("---\nconfigs:\n- config_name: a\n- config_name: b\n---\n", "x");
  EXPECT_THAT(message_of([&] { choose_config(card, "", "x"); }),
              HasSubstr("x: has several configurations: name one with --dataset-config (a, b)"));
  EXPECT_THAT(message_of([&] { choose_config(card, "c", "x"); }),
              HasSubstr("x: has no configuration 'c' (it has: a, b)"));
}

TEST(DatasetCard, NamesTheClasses) {
  const DatasetCard card = read_card(
      "---\ndataset_info:\n  features:\n  - name: label\n    dtype:\n      class_label:\n        "
      "names:\n          '0': neg\n          '1': pos\n---\n",
      "x");
  EXPECT_THAT(card.label_names("", "label"), ElementsAre("neg", "pos"));
  EXPECT_THAT(card.label_names("", "other"), IsEmpty());
}

class Splits : public testing::Test {
 protected:
  Splits() {
    std::string rows = "text,label\n";
    for (int i = 0; i < 100; ++i) rows += fmt::format("t{},{}\n", i, i % 4 == 0 ? "a" : "b");
    write_file(folder_ / "a.csv", rows);
    options_.source = (folder_ / "a.csv").string();
  }
  Dataset read(Split split, const Selection& selection) {
    return read_dataset(options_, split, selection);
  }
  tracker::test::TempDirectory folder_;
  DatasetOptions options_;
};

// Indices of datasets 5.2: Dataset.train_test_split(test_size=0.2, seed=42).
TEST_F(Splits, TestSizeTakesThePartThatDatasetsTakes) {
  const Selection selection{.test_size = 0.2};
  const Dataset train = read(Split::kTrain, selection);
  const Dataset test = read(Split::kTest, selection);
  EXPECT_EQ(train.rows.size(), 80U);
  ASSERT_EQ(test.rows.size(), 20U);
  EXPECT_EQ(test.rows[0].text, "t59");
  EXPECT_EQ(test.rows[1].text, "t21");
}

TEST_F(Splits, StratifiedPartsHaveTheSameShares) {
  const Selection selection{.test_size = 0.2, .stratify = true};
  const Dataset test = read(Split::kTest, selection);
  EXPECT_EQ(std::ranges::count(test.rows, 0, &Example::label), 5);
}

TEST_F(Splits, PartsOfOneFileStandForSplits) {
  options_.train_split = "train[:10%]";
  options_.eval_split = "train[-5:]";
  EXPECT_EQ(read(Split::kTrain, {}).rows.size(), 10U);
  EXPECT_EQ(read(Split::kTest, {}).rows[0].text, "t95");
}

TEST_F(Splits, BlocksGiveEveryRowItsPlace) {
  const Selection selection{.samples = 30, .shuffle_seed = 3};
  const Dataset all = read(Split::kTrain, selection);
  const DatasetSource source(options_);
  const auto blocks = source.open(Split::kTrain, selection);
  EXPECT_EQ(blocks->count(), 30U);
  std::size_t seen = 0;
  for (ExampleBlocks::Block block; blocks->next(block);) {
    for (std::size_t i = 0; i < block.rows.size(); ++i, ++seen)
      EXPECT_EQ(block.rows[i].text, all.rows[block.places[i]].text);
  }
  EXPECT_EQ(seen, 30U);
}

TEST_F(Splits, SizesThatLeaveNothingAreErrors) {
  EXPECT_THAT(message_of([&] { read(Split::kTrain, {.test_size = std::uint64_t{100}}); }),
              HasSubstr("both parts need at least one"));
  EXPECT_THAT(message_of([&] { test_size_from("1.5"); }), HasSubstr("neither a number of rows"));
  options_.train_split = "train[5:5]";
  EXPECT_THAT(message_of([&] { read(Split::kTrain, {}); }), HasSubstr("has no rows"));
}

}  // namespace
}  // namespace trainer::data
