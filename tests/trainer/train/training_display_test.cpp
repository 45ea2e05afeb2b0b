#include "train/training_display.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainer::train {
namespace {

using testing::HasSubstr;

std::string drawn(Style style, const TrainerState& state) {
  testing::internal::CaptureStderr();
  TrainingDisplay(style).began(state);
  return testing::internal::GetCapturedStderr();
}

TEST(TrainingDisplay, MoreStepsThanAreAskedForAreAFullBar) {
  TrainerState state;
  state.global_step = 6;
  state.max_steps = 4;
  for (const Style style : {Style::kBar, Style::kColour})
    EXPECT_THAT(drawn(style, state), HasSubstr(" 6/4 "));
  state.global_step = 4;
  const std::string full = drawn(Style::kColour, state);
  state.global_step = 400;
  EXPECT_EQ(drawn(Style::kColour, state).substr(0, full.find(" 4/4")),
            full.substr(0, full.find(" 4/4")));
}

}  // namespace
}  // namespace trainer::train
