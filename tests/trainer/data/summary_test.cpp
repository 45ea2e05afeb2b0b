#include "data/summary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace trainer::data {
namespace {

using testing::ElementsAre;
using testing::Pair;

Dataset three_rows() {
  Dataset dataset;
  for (const std::int64_t label : {1, 0, 1})
    dataset.rows.push_back({.text = "", .text_pair = {}, .label = label});
  dataset.label_names = {"neg", "pos", "none"};
  return dataset;
}

TEST(Summary, CountsClassesAndLengths) {
  const std::vector<std::int64_t> offsets = {0, 16, 33, 161};
  const Summary summary = summarize(three_rows(), offsets, 128);
  EXPECT_THAT(summary.class_counts, ElementsAre(Pair("neg", 1), Pair("pos", 2), Pair("none", 0)));
  EXPECT_THAT(summary.token_lengths,
              ElementsAre(Pair(16, 1), Pair(32, 1), Pair(64, 0), Pair(128, 1)));
  EXPECT_EQ(summary.at_limit, 1U);
  EXPECT_EQ(to_text(summary),
            "3 rows; neg 1, pos 2, none 0; 16 to 128 tokens, 54 on average, 1 rows of 128 or cut "
            "there");
  EXPECT_EQ(to_json(summary)["class_counts"]["pos"], 2);
  EXPECT_EQ(to_json(summary)["token_lengths"]["up_to"], nlohmann::json({16, 32, 64, 128}));
}

TEST(Summary, OfSeveralLabelsCountsEach) {
  Dataset dataset;
  dataset.problem_type = ProblemType::kMultiLabel;
  dataset.rows.push_back({.text = "", .text_pair = {}, .label = 0, .targets = {1, 0.2F, 1}});
  EXPECT_THAT(summarize(dataset, {}, 1).class_counts,
              ElementsAre(Pair("0", 1), Pair("1", 0), Pair("2", 1)));
  dataset.problem_type = ProblemType::kRegression;
  EXPECT_TRUE(summarize(dataset, {}, 1).class_counts.empty());
}

}  // namespace
}  // namespace trainer::data
