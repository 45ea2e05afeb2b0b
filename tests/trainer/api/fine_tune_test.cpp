#include "api/fine_tune.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "api/text_classifier.hpp"
#include "config/error.hpp"
#include "nn/blas.hpp"
#include "nn/runtime.hpp"
#include "trainer/api/fine_tune_fixture.hpp"

namespace trainer {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

TEST_F(FineTuneTest, LearnsRowsInMemoryAndPredictsThem) {
  FineTuneOptions o = options("out");
  o.max_steps = 40;
  const FineTuned done = run(o, {.train = rows(32), .evaluation = rows(8)});
  EXPECT_EQ(done.outcome, train::Outcome::kFinished);
  EXPECT_EQ(done.steps, 40);
  EXPECT_EQ(done.evaluation.front().first, "loss");
  EXPECT_EQ(done.evaluation[1], (std::pair<std::string, double>("accuracy", 1.0)));
  EXPECT_TRUE(fs::exists(done.archive));
  EXPECT_THAT(lines_, Contains(HasSubstr("32 rows")));
  const auto classifier = TextClassifier::load(done.directory.string());
  EXPECT_THAT(classifier.labels(), ElementsAre("bad", "good"));
  const std::vector<std::string> texts = {"good 3", "bad 4", "good 5"};
  const std::vector<Prediction> said = classifier.predict(texts);
  ASSERT_THAT(said, SizeIs(3));
  EXPECT_EQ(said[0].label, 1U);
  EXPECT_EQ(said[1].label, 0U);
  EXPECT_EQ(said[2].label, 1U);
  EXPECT_NEAR(said[0].probabilities[0] + said[0].probabilities[1], 1.0, 1e-9);
  EXPECT_THAT(classifier.predict(data::Dataset{}), SizeIs(0));
}

TEST_F(FineTuneTest, AdapterIsLoadedWithItsBaseModel) {
  FineTuneOptions o = options("adapter");
  o.lora_r = 4;
  const FineTuned done = run(o, {.train = rows(32), .evaluation = rows(8)});
  EXPECT_TRUE(fs::exists(done.directory / "adapter_model.safetensors"));
  EXPECT_FALSE(fs::exists(done.directory / "model.safetensors"));
  // What it predicts is what the run evaluated.
  const data::Dataset seen = rows(8);
  const std::vector<Prediction> said = TextClassifier::load(done.directory.string()).predict(seen);
  double right = 0;
  for (std::size_t i = 0; i < said.size(); ++i)
    right += said[i].label == static_cast<std::size_t>(seen.rows[i].label) ? 1 : 0;
  EXPECT_EQ(done.evaluation[1], (std::pair<std::string, double>("accuracy", right / 8)));
  o.model = done.directory.string();
  o.output_dir = (folder_.path() / "again").string();
  EXPECT_THAT(refusal(o, {.train = rows(32)}), HasSubstr("is an adapter"));
  o.lora_r.reset();
  o.lora_alpha = 3;
  EXPECT_THAT(refusal(o, {.train = rows(32)}), HasSubstr("--lora-alpha goes with --lora-r"));
}

class ResumedProblem : public FineTuneTest,
                       public testing::WithParamInterface<data::ProblemType> {};

TEST_P(ResumedProblem, GoesOnBitForBitAndKnowsItsBaseModel) {
  const data::Dataset train = rows(18, GetParam());
  const FineTuned whole = run(options("whole"), {.train = train, .evaluation = train});
  const FineTuned stopped = run(options("parts"), {.train = train, .evaluation = train}, 3);
  EXPECT_EQ(stopped.outcome, train::Outcome::kStopped);
  EXPECT_EQ(stopped.steps, 3);
  FineTuneOptions o = options("parts");
  const std::string model = o.model;
  o.model.clear();
  o.resume_from_checkpoint = o.output_dir;
  const FineTuned rest = run(o, {.train = train, .evaluation = train});
  EXPECT_EQ(rest.steps, 8);
  EXPECT_EQ(rest.evaluation, whole.evaluation);
  EXPECT_EQ(contents(rest.directory / "model.safetensors"),
            contents(whole.directory / "model.safetensors"));
  EXPECT_THAT(contents(rest.directory / "README.md"), HasSubstr("base_model: \"" + model + "\""));
}

// Where "auto" would now be another: what the run began with is what it goes on in.
TEST_F(FineTuneTest, AResumedRunComputesInWhatItBeganWith) {
  if (!nn::bf16_products_available()) GTEST_SKIP() << "no bf16 products here";
  const data::Dataset train = rows(18);
  const auto begun = [&](const char* name) {
    FineTuneOptions o = options(name);
    o.dtype = nn::bf16_is_fast() ? "float32" : "bfloat16";
    return o;
  };
  const FineTuned whole = run(begun("whole"), {.train = train, .evaluation = train});
  run(begun("parts"), {.train = train, .evaluation = train}, 3);
  FineTuneOptions o = options("parts");
  o.dtype = "auto";
  o.resume_from_checkpoint = o.output_dir;
  const FineTuned rest = run(o, {.train = train, .evaluation = train});
  EXPECT_EQ(contents(rest.directory / "model.safetensors"),
            contents(whole.directory / "model.safetensors"));
}

std::string name_of_case(const testing::TestParamInfo<data::ProblemType>& tested) {
  if (tested.param == data::ProblemType::kSingleLabel) return "single";
  return tested.param == data::ProblemType::kMultiLabel ? "multi" : "numbers";
}
INSTANTIATE_TEST_SUITE_P(Problems, ResumedProblem,
                         testing::Values(data::ProblemType::kSingleLabel,
                                         data::ProblemType::kMultiLabel,
                                         data::ProblemType::kRegression),
                         name_of_case);

TEST_F(FineTuneTest, SeveralLabelColumnsAreALabelEach) {
  const fs::path table = folder_.path() / "rows.csv";
  std::ofstream out(table);
  out << "text,toxic,rude,odd\n";
  for (int i = 0; i < 16; ++i)
    out << "word " << i << "," << i % 2 << "," << (i / 2) % 2 << "," << 0 << "\n";
  out.close();
  FineTuneOptions o = options("columns");
  o.data.dataset = o.eval_dataset = table.string();
  o.data.label_columns = {"toxic", "rude", "odd"};
  const FineTuned done = run(o, {});
  const auto config = nlohmann::json::parse(contents(done.directory / "config.json"));
  EXPECT_EQ(config["problem_type"], "multi_label_classification");
  EXPECT_EQ(config["id2label"], (nlohmann::json{{"0", "toxic"}, {"1", "rude"}, {"2", "odd"}}));
  const auto report = nlohmann::json::parse(contents(done.directory / "eval_report.json"));
  EXPECT_EQ(report["per_class"].size(), 3U);
  EXPECT_EQ(report["per_class"][1]["class"], "rude");
  const auto classifier = TextClassifier::load(done.directory.string());
  EXPECT_EQ(classifier.problem_type(), data::ProblemType::kMultiLabel);
  const std::vector<std::string> texts = {"word 3"};
  EXPECT_THAT(classifier.predict(texts).front().probabilities, SizeIs(3));
  const auto args = nlohmann::json::parse(contents(done.directory / "training_args.json"));
  EXPECT_EQ(args["label_column"], "toxic,rude,odd");
}

class Streamed : public FineTuneTest {
 protected:
  Streamed() {
    std::ofstream out(table_);
    for (int i = 0; i < 22; ++i)
      out << nlohmann::json{{"text", "word " + std::to_string(i)}, {"label", i % 3}}.dump() << "\n";
  }

  FineTuneOptions streaming(const std::string& output) {
    FineTuneOptions o = options(output);
    o.data.dataset = table_.string();
    o.eval_dataset = table_.string();
    o.streaming = true;
    o.shuffle_buffer_size = 6;
    o.gradient_accumulation_steps = 2;
    return o;
  }

  fs::path table_ = folder_.path() / "rows.jsonl";
};

TEST_F(Streamed, InOrderItIsWhatMemoryGives) {
  FineTuneOptions o = streaming("stream");
  o.no_shuffle = true;
  const FineTuned streamed = run(o, {});
  o.streaming = false;
  o.output_dir = (folder_.path() / "memory").string();
  const FineTuned memory = run(o, {});
  EXPECT_EQ(streamed.evaluation, memory.evaluation);
  EXPECT_EQ(contents(streamed.directory / "model.safetensors"),
            contents(memory.directory / "model.safetensors"));
}

TEST_F(Streamed, ResumedRunIsBitForBitTheUnbrokenOneAndKnowsItsStream) {
  const FineTuned whole = run(streaming("whole"), {});
  FineTuneOptions o = streaming("parts");
  EXPECT_EQ(run(o, {}, 5).outcome, train::Outcome::kStopped);  // in the second epoch
  o.resume_from_checkpoint = o.output_dir;
  const FineTuned rest = run(o, {});
  EXPECT_EQ(rest.evaluation, whole.evaluation);
  EXPECT_EQ(contents(rest.directory / "model.safetensors"),
            contents(whole.directory / "model.safetensors"));
  o.shuffle_buffer_size = 7;
  EXPECT_THAT(refusal(o, {}), HasSubstr("buffer 7"));
}

TEST_F(Streamed, WhatNeedsAllRowsIsRefused) {
  FineTuneOptions o = streaming("never");
  o.class_weights = "balanced";
  EXPECT_THAT(refusal(o, {}), HasSubstr("--class-weights balanced counts all rows"));
  o.class_weights.clear();
  EXPECT_THAT(refusal(o, {.train = rows(4)}), HasSubstr("in memory already"));
}

TEST_F(FineTuneTest, NumbersAndWordsThatMakeNoSenseAreRefused) {
  const auto expect = [this](const char* words, const auto& change) {
    FineTuneOptions o = options("never");
    change(o);
    EXPECT_THAT(refusal(o, {.train = rows(4)}), HasSubstr(words));
  };
  expect("--batch-size 0: must be at least 1", [](FineTuneOptions& o) { o.batch_size = 0; });
  expect("--eval-batch-size -1", [](FineTuneOptions& o) { o.eval_batch_size = -1; });
  expect("--num-train-epochs 0: must be above 0",
         [](FineTuneOptions& o) { o.num_train_epochs = 0; });
  expect("--num-train-epochs inf",
         [](FineTuneOptions& o) { o.num_train_epochs = std::numeric_limits<double>::infinity(); });
  expect("--learning-rate nan", [](FineTuneOptions& o) { o.learning_rate = std::nan(""); });
  expect("--dropout 1: must be", [](FineTuneOptions& o) { o.dropout = 1; });
  expect("--eval-strategy 'epochs' is not known: use epoch, steps, no",
         [](FineTuneOptions& o) { o.eval_strategy = "epochs"; });
  expect("--save-strategy 'never'", [](FineTuneOptions& o) { o.save_strategy = "never"; });
  EXPECT_FALSE(fs::exists(folder_.path() / "never"));
  try {
    TextClassifier::load((folder_.path() / "model").string(), {.batch_size = 0});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("batch_size is 0"));
  }
}

TEST_F(FineTuneTest, BadInputIsRefusedBeforeAnythingIsWritten) {
  FineTuneOptions o = options("never");
  EXPECT_THAT(refusal(o, {.train = data::Dataset{}}), HasSubstr("rows in memory: no rows"));
  data::Dataset wrong = rows(4);
  wrong.rows[2].label = -1;
  EXPECT_THAT(refusal(o, {.train = wrong}), HasSubstr("row 2 (from 0) has label -1"));
  o.optim = "adam";
  EXPECT_THAT(refusal(o, {.train = rows(4)}), HasSubstr("--optim 'adam' is not known"));
  EXPECT_FALSE(fs::exists(o.output_dir));
}

}  // namespace
}  // namespace trainer
