#include "data/labels/labels.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trainer/data/data_test_files.hpp"

namespace trainer::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Labels : public testing::Test {
 protected:
  // The rows of a file of that content.
  Dataset read(const std::string& name, std::string_view content) {
    write_file(folder_ / name, content);
    options_.source = (folder_ / name).string();
    return read_dataset(options_, Split::kTrain, {});
  }
  std::string error(const std::string& name, std::string_view content) {
    return message_of([&] { read(name, content); });
  }

  tracker::test::TempDirectory folder_;
  DatasetOptions options_;
};

TEST_F(Labels, NumbersWithAPointAreRegression) {
  const Dataset dataset = read("a.csv", "text,label\na,1\nb,-2.5\nc,1e3\n");
  EXPECT_EQ(dataset.problem_type, ProblemType::kRegression);
  EXPECT_THAT(dataset.rows[1].targets, ElementsAre(-2.5F));
  EXPECT_THAT(dataset.rows[2].targets, ElementsAre(1000.0F));
  EXPECT_EQ(dataset.targets, 1U);
  EXPECT_TRUE(dataset.label_names.empty());
}

TEST_F(Labels, OneLabelOfTheModelMeansRegression) {
  options_.label_count = 1;
  EXPECT_EQ(read("a.csv", "text,label\na,4\n").problem_type, ProblemType::kRegression);
  EXPECT_THAT(error("a.csv", "text,label\na,4\nb,good\n"),
              HasSubstr("line 3 has the label 'good', not a number"));
}

TEST_F(Labels, SeveralColumnsAreSeveralLabels) {
  options_.label_columns = {"rude", "toxic"};
  const Dataset dataset = read("a.csv", "text,toxic,rude\na,1,0\nb,0,1\n");
  EXPECT_EQ(dataset.problem_type, ProblemType::kMultiLabel);
  EXPECT_THAT(dataset.label_names, ElementsAre("rude", "toxic"));
  EXPECT_THAT(dataset.rows[0].targets, ElementsAre(0.0F, 1.0F));
  EXPECT_THAT(error("a.csv", "text,toxic,rude\na,1,0\nb,0,2\n"),
              HasSubstr("line 3 has the label 2; of several labels each is from 0 to 1"));
  EXPECT_THAT(error("a.csv", "text,toxic,rude\na,,0\n"), HasSubstr("line 2 has no label"));
}

TEST_F(Labels, ListsAreIndicesNamesOrZerosAndOnes) {
  EXPECT_THAT(read("a.jsonl", R"({"text":"a","label":[0,1]})").rows[0].targets,
              ElementsAre(0.0F, 1.0F));
  const Dataset indices =
      read("a.jsonl", "{\"text\":\"a\",\"label\":[2]}\n{\"text\":\"b\",\"label\":[]}\n");
  EXPECT_THAT(indices.rows[0].targets, ElementsAre(0.0F, 0.0F, 1.0F));
  EXPECT_THAT(indices.rows[1].targets, ElementsAre(0.0F, 0.0F, 0.0F));
  const Dataset names = read("a.jsonl", R"({"text":"a","label":["y","x"]})");
  EXPECT_THAT(names.label_names, ElementsAre("x", "y"));
  options_.label_names = {"p", "q"};
  EXPECT_THAT(error("a.jsonl", R"({"text":"a","label":["r"]})"),
              HasSubstr("line 1 has the label 'r', which is none of the classes (p, q)"));
}

TEST_F(Labels, EvaluationRowsAreReadAsTheTrainingRowsWere) {
  write_file(folder_ / "train.jsonl", "{\"text\":\"a\",\"label\":[2]}\n");
  write_file(folder_ / "test.jsonl", "{\"text\":\"a\",\"label\":[1]}\n");
  options_.source = folder_.path().string();
  DatasetSource source(options_);
  const Dataset train = source.read(Split::kTrain, {});
  source.keep_labels_of(train);
  EXPECT_THAT(source.read(Split::kTest, {}).rows[0].targets, ElementsAre(0.0F, 1.0F, 0.0F));
}

TEST_F(Labels, WhatDoesNotFitTheProblemIsAnError) {
  EXPECT_THAT(error("a.jsonl", "{\"text\":\"a\",\"label\":[1]}\n{\"text\":\"b\",\"label\":1}\n"),
              HasSubstr("some labels are lists and some are not"));
  EXPECT_THAT(
      error("a.jsonl", "{\"text\":\"a\",\"label\":[0.5]}\n{\"text\":\"b\",\"label\":[0.5,1]}"),
      HasSubstr("lists of different lengths"));
  EXPECT_THAT(error("a.json", R"([{"text":"a","label":"x"},{"text":"b","label":null}])"),
              HasSubstr("a.json: element 2 has no label"));
  options_.problem_type = ProblemType::kSingleLabel;
  EXPECT_THAT(error("a.jsonl", R"({"text":"a","label":[1]})"), HasSubstr("its labels are lists"));
  options_.problem_type = ProblemType::kRegression;
  EXPECT_THAT(error("a.csv", "text,label\na,x\n"),
              HasSubstr("line 2 has the label 'x', not a number"));
}

TEST_F(Labels, TooManyNamesAreNoClasses) {
  std::string content = "text,label\n";
  for (int i = 0; i < 100'002; ++i) content += "a,n" + std::to_string(i) + "\n";
  EXPECT_THAT(error("a.csv", content), HasSubstr("more than 100000 different labels"));
}

}  // namespace
}  // namespace trainer::data
