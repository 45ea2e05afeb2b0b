#include "core/run_state.hpp"
#include "storage/heartbeats.hpp"
#include "storage/runs.hpp"
#include "store_fixture.hpp"

namespace tracker::storage {
namespace {

using Lifecycle = StoreTest;

void finish(Database& database, TestWriter& writer, spool::EndState state,
            const std::string& reason = "") {
  spool::Frame frame;
  frame.records.push_back(spool::Finish{state, kNow + 1'000, std::nullopt, std::nullopt, reason});
  log_frame(database, writer, frame);
}

core::RunState state_of(Database& database, core::RunId run) {
  return find_run(database, run)->state;
}

TEST_F(Lifecycle, FinishEndsTheRun) {
  TestWriter writer = make_writer(*database);
  finish(*database, writer, spool::EndState::kFinished);
  const auto run = find_run(*database, writer.run);
  EXPECT_EQ(run->state, core::RunState::kFinished);
  EXPECT_EQ(run->ended_us, kNow + 1'000);
}

TEST_F(Lifecycle, ARunWithTwoWritersEndsWithTheLastAndTheWorstWins) {
  TestWriter first = make_writer(*database);
  TestWriter second = make_writer(*database, first.run);
  finish(*database, first, spool::EndState::kCrashed, "signal 9");
  EXPECT_EQ(state_of(*database, first.run), core::RunState::kRunning);
  finish(*database, second, spool::EndState::kFinished);
  EXPECT_EQ(state_of(*database, first.run), core::RunState::kCrashed);
  EXPECT_EQ(find_run(*database, first.run)->end_reason, "signal 9");
}

TEST_F(Lifecycle, SilenceBecomesACrashAndHelloBringsTheRunBack) {
  const TestWriter writer = make_writer(*database);
  EXPECT_TRUE(sweep_silent_runs(*database, kNow + core::kHeartbeatTimeoutUs - 1).empty());
  note_alive(*database, std::vector{writer.registered.stream_id}, kNow + 1'000'000);
  EXPECT_TRUE(sweep_silent_runs(*database, kNow + core::kHeartbeatTimeoutUs).empty());
  const auto dead = sweep_silent_runs(*database, kNow + 1'000'000 + core::kHeartbeatTimeoutUs);
  EXPECT_EQ(dead, std::vector{writer.run});
  EXPECT_EQ(state_of(*database, writer.run), core::RunState::kCrashed);
  EXPECT_EQ(find_run(*database, writer.run)->end_reason, "no heartbeat");

  const RegisteredWriter back =
      register_writer(*database, {writer.run, writer.writer, "imdb", kNow + 10'000'000'000});
  EXPECT_TRUE(back.run_changed);
  EXPECT_EQ(state_of(*database, writer.run), core::RunState::kRunning);
  EXPECT_FALSE(find_run(*database, writer.run)->ended_us);
}

TEST_F(Lifecycle, HelloOfAWriterThatEndedLeavesTheRunEnded) {
  TestWriter writer = make_writer(*database);
  finish(*database, writer, spool::EndState::kFinished);
  EXPECT_FALSE(register_writer(*database, {writer.run, writer.writer, "imdb", kNow}).run_changed);
  EXPECT_EQ(state_of(*database, writer.run), core::RunState::kFinished);
}

TEST_F(Lifecycle, AResumedRunForgetsHowTheFirstSessionEnded) {
  TestWriter first = make_writer(*database);
  finish(*database, first, spool::EndState::kCrashed, "signal 9");
  TestWriter second = make_writer(*database, first.run);
  EXPECT_TRUE(second.registered.run_changed);
  EXPECT_EQ(state_of(*database, first.run), core::RunState::kRunning);
  finish(*database, second, spool::EndState::kFinished);
  EXPECT_EQ(state_of(*database, first.run), core::RunState::kFinished);
  EXPECT_EQ(find_run(*database, first.run)->end_reason, "");
}

void start_as_child_of(Database& database, TestWriter& writer, const TestWriter& parent) {
  spool::RunStart start;
  start.name = "child";
  start.parent_writer_id = parent.writer.text();
  spool::Frame frame;
  frame.records.push_back(start);
  log_frame(database, writer, frame);
}

TEST_F(Lifecycle, HowAForkedWriterEndsSaysNothingAboutTheRun) {
  TestWriter parent = make_writer(*database);
  TestWriter child = make_writer(*database, parent.run);
  start_as_child_of(*database, child, parent);
  finish(*database, child, spool::EndState::kCrashed, "signal 9");
  EXPECT_EQ(state_of(*database, parent.run), core::RunState::kRunning);
  finish(*database, parent, spool::EndState::kFinished);
  EXPECT_EQ(state_of(*database, parent.run), core::RunState::kFinished);
  EXPECT_EQ(find_run(*database, parent.run)->end_reason, "");
}

TEST_F(Lifecycle, AForkedWriterThatComesAfterTheEndLeavesTheRunAsItWas) {
  TestWriter parent = make_writer(*database);
  finish(*database, parent, spool::EndState::kFinished);
  TestWriter child = make_writer(*database, parent.run);  // who it is comes with its first record
  start_as_child_of(*database, child, parent);
  EXPECT_EQ(state_of(*database, parent.run), core::RunState::kFinished);
  EXPECT_FALSE(register_writer(*database, {child.run, child.writer, "imdb", kNow}).run_changed);
  EXPECT_EQ(state_of(*database, parent.run), core::RunState::kFinished);
}

TEST_F(Lifecycle, AForkedWriterDoesNotKeepASilentRunRunning) {
  TestWriter parent = make_writer(*database);
  TestWriter child = make_writer(*database, parent.run);
  start_as_child_of(*database, child, parent);
  const std::int64_t later = kNow + core::kHeartbeatTimeoutUs;
  note_alive(*database, std::vector{child.registered.stream_id}, later);
  EXPECT_EQ(sweep_silent_runs(*database, later), std::vector{parent.run});
  EXPECT_EQ(state_of(*database, parent.run), core::RunState::kCrashed);
}

TEST_F(Lifecycle, AForkedWriterDecidesWhereItIsAlone) {
  TestWriter child = make_writer(*database);
  start_as_child_of(*database, child, child);
  EXPECT_EQ(state_of(*database, child.run), core::RunState::kRunning);
  EXPECT_TRUE(sweep_silent_runs(*database, kNow + core::kHeartbeatTimeoutUs - 1).empty());
  finish(*database, child, spool::EndState::kFailed, "boom");
  EXPECT_EQ(state_of(*database, child.run), core::RunState::kFailed);
}

TEST_F(Lifecycle, ProjectsCountTheirRuns) {
  TestWriter first = make_writer(*database);
  make_writer(*database);
  finish(*database, first, spool::EndState::kFinished);
  const auto projects = list_projects(*database);
  ASSERT_EQ(projects.size(), 1u);
  EXPECT_EQ(projects[0].run_count, 2);
  EXPECT_EQ(projects[0].running_count, 1);
  EXPECT_EQ(projects[0].last_activity_us, kNow);
}

}  // namespace
}  // namespace tracker::storage
