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
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  EXPECT_THROW(merge_objects("{}", deep), Error);
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

}  // namespace
}  // namespace tracker::core
