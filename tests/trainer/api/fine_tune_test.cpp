#include "api/fine_tune.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>

#include "api/text_classifier.hpp"
#include "config/error.hpp"
#include "trainer/api/api_model.hpp"

namespace trainer {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

std::string contents(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

// Keeps what it is told, and does something after a step.
class Listener : public train::Hook {
 public:
  Listener(std::vector<std::string>& lines, std::function<void(std::int64_t)> after_step)
      : lines_(lines), after_step_(std::move(after_step)) {}
  void noted(const std::string& line) override { lines_.push_back(line); }
  void stepped(const train::TrainerState& state) override { after_step_(state.global_step); }

 private:
  std::vector<std::string>& lines_;
  std::function<void(std::int64_t)> after_step_;
};

class FineTuneTest : public testing::Test {
 protected:
  FineTuneTest() { test::make_model(folder_.path() / "model"); }

  FineTuneOptions options(const std::string& output) {
    FineTuneOptions o;
    o.model = (folder_.path() / "model").string();
    o.output_dir = (folder_.path() / output).string();
    o.report_to = "none";
    o.token_cache.off = true;
    o.dtype = "float32";
    o.max_steps = 8;
    o.batch_size = 4;
    o.learning_rate = 5e-3;
    o.logging_steps = 1;
    o.save_strategy = "no";
    return o;
  }

  // Texts whose first word tells the label.
  static data::Dataset rows(std::size_t count,
                            data::ProblemType problem = data::ProblemType::kSingleLabel) {
    data::Dataset out;
    out.problem_type = problem;
    out.label_names = {"bad", "good"};
    for (std::size_t i = 0; i < count; ++i) {
      data::Example row;
      row.text = (i % 2 ? "good " : "bad ") + std::to_string(i % 9);
      const auto mark = static_cast<float>(i % 2);
      if (problem == data::ProblemType::kSingleLabel) row.label = static_cast<std::int64_t>(i % 2);
      if (problem == data::ProblemType::kMultiLabel) row.targets = {mark, 1.0F - mark};
      if (problem == data::ProblemType::kRegression) row.targets = {mark - 0.5F, 0.25F * mark};
      out.rows.push_back(std::move(row));
    }
    out.targets = problem == data::ProblemType::kSingleLabel ? 1 : 2;
    return out;
  }

  FineTuned run(const FineTuneOptions& o, FineTuneRows data, std::int64_t stop_after = 0) {
    std::atomic<bool> stop{false};
    FineTuneWatch watch;
    watch.stop = &stop;
    watch.hooks.push_back(
        std::make_unique<Listener>(lines_, [&](std::int64_t step) { stop = step == stop_after; }));
    return fine_tune(o, std::move(data), std::move(watch));
  }

  std::string refusal(const FineTuneOptions& o, FineTuneRows data) {
    try {
      run(o, std::move(data));
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing was refused";
  }

  tracker::test::TempDirectory folder_;
  std::vector<std::string> lines_;
};

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
  o.resume_from_checkpoint = (folder_.path() / "parts").string();
  EXPECT_EQ(run(streaming("parts"), {}, 5).outcome, train::Outcome::kStopped);
  EXPECT_THAT(refusal(o, {}), HasSubstr("buffer 7"));
}

TEST_F(Streamed, WhatNeedsAllRowsIsRefused) {
  FineTuneOptions o = streaming("never");
  o.class_weights = "balanced";
  EXPECT_THAT(refusal(o, {}), HasSubstr("--class-weights balanced counts all rows"));
  o.class_weights.clear();
  EXPECT_THAT(refusal(o, {.train = rows(4)}), HasSubstr("in memory already"));
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
