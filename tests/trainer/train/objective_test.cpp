#include "train/objective.hpp"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "models/export.hpp"
#include "train/evaluation_report.hpp"
#include "trainer/train/loop_fixture.hpp"

// Training and evaluation by problem type, on rows whose second token says the answer.
namespace trainer::train {
namespace {

using data::ProblemType;
using testing::ElementsAre;

class ObjectiveTest : public LoopTest {
 protected:
  models::Classifier classifier(ProblemType problem, std::size_t outputs) {
    nlohmann::json json = nlohmann::json::parse(test::tiny_bert_config());
    json["problem_type"] = data::name_of(problem);
    json["id2label"] = nlohmann::json::object();
    for (std::size_t k = 0; k < outputs; ++k)
      json["id2label"][std::to_string(k)] = "out" + std::to_string(k);
    return test::tiny_classifier(folder_.path(), nn::Compute::kFloat32, json.dump());
  }

  // Of two outputs: there or not by the label, and its contrary.
  void give_targets(std::size_t outputs) {
    for (const std::int64_t label : arena_.labels) {
      arena_.targets.push_back(static_cast<float>(label));
      if (outputs == 2) arena_.targets.push_back(static_cast<float>(1 - label));
    }
  }
};

TEST_F(ObjectiveTest, SeveralLabelsAreLearnt) {
  give_targets(2);
  models::Classifier model = classifier(ProblemType::kMultiLabel, 2);
  const double untrained = evaluate(model, arena_, {.batch_size = 4}).loss;
  run(model, options(80));
  const Evaluation done = evaluate(model, arena_, {.batch_size = 4, .worst_rows = 1});
  EXPECT_LT(done.loss, 0.5 * untrained);
  EXPECT_EQ(done.metrics.front(), (std::pair<std::string, double>("accuracy", 1.0)));
  ASSERT_EQ(done.label_confusions.size(), 2U);
  EXPECT_EQ(done.label_confusions[0].of_label(1), 9);
  EXPECT_EQ(done.worst[0].targets.size(), 2U);
}

TEST_F(ObjectiveTest, ANumberIsLearnt) {
  give_targets(1);
  models::Classifier model = classifier(ProblemType::kRegression, 1);
  const double untrained = evaluate(model, arena_, {.batch_size = 4}).loss;
  run(model, options(80));
  const Evaluation done = evaluate(model, arena_, {.batch_size = 4});
  EXPECT_LT(done.loss, 0.5 * untrained);
  EXPECT_NEAR(done.loss, done.metrics.front().second, 1e-6);  // mse
}

TEST_F(ObjectiveTest, EvaluationsLossIsThatOfTrainingOverAllRows) {
  give_targets(2);
  for (const ProblemType problem : {ProblemType::kMultiLabel, ProblemType::kRegression}) {
    models::Classifier model = classifier(problem, 2);
    TrainingOptions o = options(1);
    o.batch_size = 6;
    o.gradient_accumulation_steps = 3;  // all 18 rows are one step
    o.logging.steps = 1;
    o.optimizer.max_grad_norm = 0;
    nlohmann::json config = nlohmann::json::parse(model.config().json);
    for (const char* key : {"hidden_dropout_prob", "attention_probs_dropout_prob"}) config[key] = 0;
    model = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32, config.dump());
    const double before = evaluate(model, arena_, {.batch_size = 5}).loss;
    rows_.clear();
    run(model, o);
    EXPECT_NEAR(values("train/loss").at(0), before, 1e-5) << data::name_of(problem);
  }
}

TEST_F(ObjectiveTest, RowsWithAnotherNumberOfTargetsAreRefused) {
  give_targets(1);
  models::Classifier model = classifier(ProblemType::kMultiLabel, 2);
  EXPECT_THROW(run(model, options(3)), Error);
  EXPECT_TRUE(rows_.empty());
}

TEST_F(ObjectiveTest, SmoothingAndClassWeightsAreOfASingleLabelOnly) {
  give_targets(2);
  models::Classifier model = classifier(ProblemType::kMultiLabel, 2);
  TrainingOptions o = options(3);
  o.loss.label_smoothing = 0.1;
  EXPECT_THROW(run(model, o), Error);
}

TEST_F(ObjectiveTest, ReportTellsEachLabelByItsNameAndNoMatrix) {
  give_targets(2);
  const models::Classifier model = classifier(ProblemType::kMultiLabel, 2);
  const Evaluation done = evaluate(model, arena_, {.batch_size = 4, .worst_rows = 2});
  const EvaluationNames names{.classes = model.config().labels, .rows = nullptr};
  const nlohmann::ordered_json report = report_json(done, names);
  EXPECT_FALSE(report.contains("confusion_matrix"));
  EXPECT_EQ(report["per_class"][1]["class"], "out1");
  EXPECT_EQ(report["per_class"][1]["support"], 9);
  const nlohmann::ordered_json worst = error_json(done.worst[0], names);
  EXPECT_TRUE(worst["targets"].contains("out0"));
  EXPECT_FALSE(worst.contains("label"));
}

TEST_F(ObjectiveTest, ExportedConfigNamesTheProblem) {
  models::write_config(classifier(ProblemType::kRegression, 1), folder_.path());
  EXPECT_EQ(models::read_config(folder_.path() / "config.json").problem(),
            ProblemType::kRegression);
}

TEST(ReadConfig, OneLabelWithoutAProblemTypeMeansRegression) {
  const tracker::test::TempDirectory folder;
  test::write_text(folder.path() / "config.json",
                   R"({"model_type": "bert", "id2label": {"0": "score"}})");
  const models::ClassifierConfig config = models::read_config(folder.path() / "config.json");
  EXPECT_FALSE(config.problem_type);
  EXPECT_EQ(config.problem(), ProblemType::kRegression);
}

TEST(Objective, WeightOfNumbersIsRowsTimesOutputs) {
  data::TokenArena arena = test::tiny_arena(4);
  arena.targets.assign(12, 0.5F);
  const std::vector<std::int64_t> rows = {0, 2};
  EXPECT_EQ(loss_weight({.problem = ProblemType::kRegression}, arena, rows), 6.0);
  EXPECT_EQ(loss_weight({}, arena, rows), 2.0);
  EXPECT_THAT(data::pack(arena, rows).targets, testing::SizeIs(6));
}

}  // namespace
}  // namespace trainer::train
