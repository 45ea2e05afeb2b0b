#include "core/documents.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include <tracker/error.hpp>

namespace tracker::core {
namespace {

TEST(MergeObjects, NestedObjectsMergeAndTheRestIsReplaced) {
  EXPECT_EQ(
      merge_objects(R"({"a":{"x":1,"y":[1]},"b":2})", R"({"a":{"y":[2],"z":null},"b":{"c":3}})"),
      R"({"a":{"x":1,"y":[2],"z":null},"b":{"c":3}})");
  EXPECT_EQ(merge_objects("", "{}"), "{}");
}

TEST(MergeObjects, WhatIsNoObjectIsRefused) {
  for (const char* text : {"", "1", "[]", "{", "{\"a\":1e999}", "nul"})
    EXPECT_THROW(merge_objects("{}", text), Error) << text;
}

TEST(MergeObjects, SixtyFourLevelsAreTakenAndNoMore) {
  const auto nested = [](std::size_t levels) {
    std::string text;
    for (std::size_t i = 0; i < levels; ++i) text += "{\"a\":";
    return text + "1" + std::string(levels, '}');
  };
  EXPECT_EQ(merge_objects("{}", nested(64)), nested(64));
  for (const std::size_t levels : {std::size_t{65}, std::size_t{100'000}}) {
    try {
      merge_objects("{}", nested(levels));
      ADD_FAILURE() << levels << " were taken";
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "the document is nested deeper than 64 levels");
    }
  }
}

TEST(MergeObjects, NulBecomesTheReplacementCharacter) {
  EXPECT_EQ(merge_objects("{}", R"({"a\u0000b":["x\u0000"]})"),
            "{\"a\xEF\xBF\xBD"
            "b\":[\"x\xEF\xBF\xBD\"]}");
}

TEST(MatchesGlob, StarStandsForAnything) {
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_TRUE(matches_glob("eval/*", "eval/loss"));
  EXPECT_TRUE(matches_glob("*/loss", "a/b/loss"));
  EXPECT_TRUE(matches_glob("a*b*c", "axxbyybc"));
  EXPECT_FALSE(matches_glob("eval/*", "train/loss"));
  EXPECT_FALSE(matches_glob("a", "ab"));
}

TEST(FoldSummary, LoggedValuesStayAndDefinitionsChoose) {
  SeriesStats stats;
  const std::vector<std::int64_t> steps{1, 2, 3};
  const std::vector<double> values{2, 8, 5};
  fold(stats, steps, steps, values);
  SeriesStats bad;
  const std::vector<double> nan{std::nan("")};
  fold(bad, {steps.data(), 1}, {steps.data(), 1}, nan);
  const std::vector<NamedStats> keys{{"acc", &stats},  {"hidden", &stats}, {"logged", &stats},
                                     {"loss", &stats}, {"mean", &stats},   {"nan", &bad},
                                     {"odd", &stats},  {"plain", &stats}};
  const std::vector<std::pair<std::string, std::string>> definitions{
      {"*o*", R"({"summary":"max"})"},
      {"acc", R"({"summary":"best","goal":"maximize"})"},
      {"hidden", R"({"summary":"none"})"},
      {"loss", R"({"summary":"best","goal":"minimize"})"},
      {"mean", R"({"summary":"mean"})"},
      {"odd", R"({"summary":17})"},
      {"plain", "not json"}};
  EXPECT_EQ(fold_summary(R"({"logged":1})", definitions, keys),
            R"({"acc":8.0,"logged":1,"loss":2.0,"mean":5.0,"nan":"NaN","odd":5.0,"plain":5.0})");
}

// The row of 9 at step 1 is replaced by that of 4; step 5 is the highest.
TEST(FoldSummary, TheLastIsWhatWasLoggedLastAndReplacedRowsCount) {
  SeriesStats stats;
  const std::vector<std::int64_t> steps{5, 1, 1}, times{1, 2, 3};
  const std::vector<double> values{2, 9, 4};
  fold(stats, steps, times, values);
  const std::vector<NamedStats> keys{{"best", &stats}, {"last", &stats}, {"max", &stats},
                                     {"mean", &stats}, {"min", &stats},  {"plain", &stats}};
  const std::vector<std::pair<std::string, std::string>> definitions{
      {"best", R"({"summary":"best"})"},
      {"last", R"({"summary":"last"})"},
      {"max", R"({"summary":"max"})"},
      {"mean", R"({"summary":"mean"})"},
      {"min", R"({"summary":"min"})"}};
  EXPECT_EQ(fold_summary("{}", definitions, keys),
            R"({"best":2.0,"last":4.0,"max":9.0,"mean":5.0,"min":2.0,"plain":4.0})");
}

TEST(FoldSummary, OfSeveralThatMatchTheOneDefinedLastCounts) {
  SeriesStats stats;
  const std::vector<std::int64_t> steps{1, 2};
  const std::vector<double> values{2, 8};
  fold(stats, steps, steps, values);
  const std::vector<NamedStats> keys{{"loss", &stats}};
  const std::pair<std::string, std::string> all{"*", R"({"summary":"max"})"},
      one{"loss", R"({"summary":"min"})"};
  EXPECT_EQ(fold_summary("{}", std::vector{all, one}, keys), R"({"loss":2.0})");
  EXPECT_EQ(fold_summary("{}", std::vector{one, all}, keys), R"({"loss":8.0})");
}

}  // namespace
}  // namespace tracker::core
