#include "train/schedule.hpp"

#include <gtest/gtest.h>

#include <array>

#include "config/error.hpp"

namespace trainer::train {
namespace {

// Values of transformers.get_scheduler(name, lr=1e-3, num_warmup_steps=3, num_training_steps=10) at
// steps 0 2 3 5 9.
struct Golden {
  const char* name;
  std::array<double, 5> rates;
};
constexpr std::array<int, 5> kSteps = {0, 2, 3, 5, 9};

class ScheduleTest : public testing::TestWithParam<Golden> {};

TEST_P(ScheduleTest, EqualsTransformers) {
  const Schedule schedule{.kind = schedule_from_name(GetParam().name),
                          .learning_rate = 1e-3,
                          .warmup_steps = 3,
                          .total_steps = 10};
  for (std::size_t i = 0; i < kSteps.size(); ++i) {
    EXPECT_NEAR(schedule.at(kSteps[i]), GetParam().rates[i], 1e-11) << "step " << kSteps[i];
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, ScheduleTest,
    testing::Values(
        Golden{"linear", {0, 0.000666666667, 0.001, 0.000714285714, 0.000142857143}},
        Golden{"cosine", {0, 0.000666666667, 0.001, 0.000811744901, 4.9515566e-05}},
        Golden{"cosine_with_restarts", {0, 0.000666666667, 0.001, 0.000811744901, 4.9515566e-05}},
        Golden{"polynomial", {0, 0.000666666667, 0.001, 0.000714314286, 0.000142942857}},
        Golden{"constant_with_warmup", {0, 0.000666666667, 0.001, 0.001, 0.001}},
        Golden{"inverse_sqrt", {0, 0.000666666667, 0.001, 0.000774596669, 0.000577350269}},
        Golden{"constant", {0.001, 0.001, 0.001, 0.001, 0.001}}),
    [](const auto& golden) { return std::string(golden.param.name); });

TEST(Schedule, UnknownNameIsAUsageError) {
  try {
    schedule_from_name("sawtooth");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
  }
}

}  // namespace
}  // namespace trainer::train
