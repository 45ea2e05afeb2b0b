#include "train/schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "config/error.hpp"
#include "train/learning_rate.hpp"
#include "trainer/train/golden_cases.hpp"

namespace trainer::train {
namespace {

using testing::HasSubstr;

KeyedValues arguments_of(const nlohmann::json& golden) {
  return {"--lr-scheduler-kwargs", golden["arguments"].dump()};
}

Schedule basic(const nlohmann::json& golden) {
  return {.kind = schedule_from_name(golden["name"].get<std::string>()),
          .learning_rate = golden["learning_rate"],
          .warmup_steps = golden.value("warmup_steps", 0),
          .total_steps = golden.value("total_steps", 0)};
}

TEST(Schedule, EqualsTransformersStepByStep) {
  for (const auto& golden : test::golden_cases("schedules")) {
    if (golden.contains("metrics")) continue;
    const Schedule schedule = make_schedule(basic(golden), arguments_of(golden));
    const double peak = golden["learning_rate"];
    for (std::size_t step = 0; step < golden["rates"].size(); ++step) {
      ASSERT_NEAR(schedule.at(static_cast<std::int64_t>(step)), golden["rates"][step].get<double>(),
                  1e-14 * peak)
          << golden.dump() << " step " << step;
    }
  }
}

TEST(MetricSchedule, EqualsTransformersEvaluationByEvaluation) {
  for (const auto& golden : test::golden_cases("schedules")) {
    if (!golden.contains("metrics")) continue;
    LearningRate rate(basic(golden), arguments_of(golden));
    TrainerState state;
    for (std::size_t i = 0; i < golden["metrics"].size(); ++i) {
      // Half of the way through it is resumed from a checkpoint's state.
      if (i == golden["metrics"].size() / 2) {
        rate = LearningRate(basic(golden), arguments_of(golden));
        rate.restore(state);
      }
      rate.observe(golden["metrics"][i], state);
      ASSERT_EQ(rate.at(0), golden["rates"][i].get<double>()) << golden.dump() << " metric " << i;
    }
  }
}

TEST(Schedule, EveryNameIsThere) {
  EXPECT_EQ(schedule_names(),
            "linear, cosine, cosine_with_restarts, polynomial, constant, constant_with_warmup, "
            "inverse_sqrt, reduce_lr_on_plateau, cosine_with_min_lr, cosine_warmup_with_min_lr, "
            "warmup_stable_decay, greedy");
  for (const auto& golden : test::golden_cases("schedules"))
    EXPECT_EQ(name_of(schedule_from_name(golden["name"].get<std::string>())), golden["name"]);
}

std::string refusal(const std::string& kind, const std::string& arguments) {
  try {
    LearningRate({.kind = schedule_from_name(kind), .learning_rate = 1e-3, .total_steps = 10},
                 KeyedValues("--lr-scheduler-kwargs", arguments));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    return error.what();
  }
  return "";
}

TEST(Schedule, WrongArgumentsAreNamed) {
  EXPECT_THAT(refusal("sawtooth", ""), HasSubstr("--lr-scheduler-type 'sawtooth' is not known"));
  EXPECT_THAT(refusal("cosine", "cycles=2"), HasSubstr("cosine knows no 'cycles'"));
  EXPECT_THAT(refusal("linear", "power=2"), HasSubstr("takes no arguments"));
  EXPECT_THAT(refusal("cosine", "num_cycles=two"), HasSubstr("num_cycles=two is not a number"));
  EXPECT_THAT(refusal("cosine", "num_cycles"), HasSubstr("expected key=value"));
  EXPECT_THAT(refusal("cosine", "{\"num_cycles\": "), HasSubstr("not a JSON object"));
  EXPECT_THAT(refusal("cosine_with_min_lr", ""), HasSubstr("needs --lr-scheduler-kwargs min_lr=…"));
  EXPECT_THAT(refusal("cosine_with_min_lr", "min_lr=0,min_lr_rate=0"), HasSubstr("exclude"));
  EXPECT_THAT(refusal("warmup_stable_decay", ""), HasSubstr("num_decay_steps"));
  EXPECT_THAT(refusal("warmup_stable_decay", "num_decay_steps=1.5"), HasSubstr("whole number"));
  EXPECT_THAT(refusal("warmup_stable_decay", "num_decay_steps=2,decay_type=x"),
              HasSubstr("decay_type=x is not one of linear, cosine, 1-sqrt"));
  EXPECT_THAT(refusal("polynomial", "lr_end=0.5"), HasSubstr("must exceed"));
  EXPECT_THAT(refusal("inverse_sqrt", "timescale=0"), HasSubstr("above 0"));
  EXPECT_THAT(refusal("reduce_lr_on_plateau", "factor=1.5"), HasSubstr("must be below 1"));
  EXPECT_THAT(refusal("reduce_lr_on_plateau", "mode=up"), HasSubstr("not one of min, max"));
  EXPECT_THAT(refusal("greedy", "patient=3"), HasSubstr("greedy knows no 'patient'"));
  EXPECT_EQ(refusal("greedy", "smooth=true, window_size=3"), "");
}

TEST(LearningRate, AnotherOneOfAResumedRunTakesTheShareThatTheMetricLeft) {
  const auto rate = [](double learning_rate) {
    return LearningRate({.kind = ScheduleKind::kReduceLrOnPlateau, .learning_rate = learning_rate},
                        KeyedValues("f", "factor=0.5,patience=0"));
  };
  TrainerState state;
  LearningRate first = rate(0.1);
  for (int i = 0; i < 3; ++i) first.observe(1.0, state);
  EXPECT_EQ(first.at(0), 0.025);
  LearningRate same = rate(0.1);
  same.restore(state);
  EXPECT_EQ(same.at(0), 0.025);
  LearningRate other = rate(0.4);
  other.restore(state);
  EXPECT_DOUBLE_EQ(other.at(0), 0.1);
}

}  // namespace
}  // namespace trainer::train
