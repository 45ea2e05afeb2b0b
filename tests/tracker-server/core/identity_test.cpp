#include <gtest/gtest.h>

#include <tracker/error.hpp>

#include "core/ids.hpp"
#include "core/run_state.hpp"

namespace tracker::core {
namespace {

TEST(Uuid, TextComesBackInLowerCase) {
  const auto id = RunId::from_text("123E4567-e89b-42d3-A456-426614174000");
  EXPECT_EQ(id.text(), "123e4567-e89b-42d3-a456-426614174000");
  EXPECT_EQ(RunId::from_text(id.text()), id);
}

TEST(Uuid, AnythingElseIsRefused) {
  for (const char* text :
       {"", "123e4567e89b42d3a456426614174000", "123e4567-e89b-42d3-a456-42661417400",
        "123e4567-e89b-42d3-a456-4266141740000", "123e4567-e89b-42d3-a456-42661417400g",
        "-123e456-e89b-42d3-a456-426614174000"})
    EXPECT_FALSE(RunId::parse(text)) << text;
  EXPECT_THROW(WriterId::from_text("x"), Error);
}

TEST(Uuid, RandomOnesDifferAndAreVersion4) {
  const Uuid a = Uuid::random();
  EXPECT_NE(a, Uuid::random());
  EXPECT_EQ(a.text()[14], '4');
}

constexpr std::int64_t kNow = 10'000'000'000;

TEST(RunLife, RunsWhileAnyWriterLives) {
  const std::vector<WriterLife> writers{{kNow - 1, std::nullopt},
                                        {kNow - 1, WriterEnd{RunState::kCrashed, kNow, "x"}}};
  EXPECT_EQ(life_of(writers, kNow).state, RunState::kRunning);
}

TEST(RunLife, TheWorstEndWins) {
  const std::vector<WriterLife> writers{{kNow, WriterEnd{RunState::kFinished, kNow + 5, ""}},
                                        {kNow, WriterEnd{RunState::kFailed, kNow + 2, "boom"}},
                                        {kNow, WriterEnd{RunState::kStopped, kNow + 1, ""}}};
  const RunLife life = life_of(writers, kNow);
  EXPECT_EQ(life.state, RunState::kFailed);
  EXPECT_EQ(life.end_reason, "boom");
  EXPECT_EQ(life.ended_us, kNow + 5);
}

TEST(RunLife, SilenceIsACrashExactlyAtTheTimeout) {
  const std::vector<WriterLife> writers{{kNow, std::nullopt}};
  EXPECT_EQ(life_of(writers, kNow + kHeartbeatTimeoutUs - 1).state, RunState::kRunning);
  const RunLife life = life_of(writers, kNow + kHeartbeatTimeoutUs);
  EXPECT_EQ(life.state, RunState::kCrashed);
  EXPECT_EQ(life.end_reason, "no heartbeat");
  EXPECT_EQ(life.ended_us, kNow);
}

TEST(RunLife, AFinishOutweighsASilentWriter) {
  const std::vector<WriterLife> writers{{0, std::nullopt},
                                        {kNow, WriterEnd{RunState::kFinished, kNow, ""}}};
  EXPECT_EQ(life_of(writers, kNow).state, RunState::kFinished);
}

TEST(RunLife, AForkedWriterNeitherEndsTheRunNorKeepsItRunning) {
  const WriterLife running{kNow, std::nullopt};
  const WriterLife finished{kNow, WriterEnd{RunState::kFinished, kNow, ""}};
  const WriterLife crashed_child{kNow, WriterEnd{RunState::kCrashed, kNow + 9, "signal 9"}, true};
  const WriterLife running_child{kNow, std::nullopt, true};
  EXPECT_EQ(life_of(std::vector{running, crashed_child}, kNow).state, RunState::kRunning);
  const RunLife life = life_of(std::vector{crashed_child, finished}, kNow);
  EXPECT_EQ(life.state, RunState::kFinished);
  EXPECT_EQ(life.ended_us, kNow);
  EXPECT_EQ(life_of(std::vector{finished, running_child}, kNow).state, RunState::kFinished);
}

TEST(RunLife, ForkedWritersDecideWhenTheyAreAlone) {
  const std::vector<WriterLife> writers{{kNow, WriterEnd{RunState::kCrashed, kNow, "x"}, true}};
  EXPECT_EQ(life_of(writers, kNow).state, RunState::kCrashed);
}

TEST(RunState, NamesComeBack) {
  for (const RunState state : {RunState::kRunning, RunState::kFinished, RunState::kFailed,
                               RunState::kCrashed, RunState::kStopped})
    EXPECT_EQ(run_state_from_text(to_text(state)), state);
  EXPECT_FALSE(run_state_from_text("gone"));
}

}  // namespace
}  // namespace tracker::core
