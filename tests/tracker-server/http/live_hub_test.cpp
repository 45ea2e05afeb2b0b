#include "http/live_hub.hpp"

#include <gtest/gtest.h>

#include "live_hub_fixture.hpp"

namespace tracker::http {
namespace {

TEST_F(LiveHubTest, ANewTabIsGreeted) {
  EXPECT_EQ(output_->take("hello"), std::vector{json({{"version", "1.2.3"}})});
}

TEST_F(LiveHubTest, PointsOfASubscribedRunComeAsDeltasWhoseCursorsJoin) {
  subscribe(run_);
  commit(run_, 1, 2);
  commit(run_, 3);
  commit(other_, 99);
  hub_->flush();
  const auto first = output_->take("points");
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].at("keys").at("train/loss").at("step"), json::parse("[1,2,3]"));
  EXPECT_EQ(first[0].at("keys").at("train/loss").at("time_us"), json::parse("[10,20,30]"));
  EXPECT_EQ(first[0].at("keys").at("train/loss").at("value"), json::parse("[0.5,1,1.5]"));
  clock_.advance(options_.interval_us);
  commit(run_, 4);
  hub_->flush();
  const auto second = output_->take("points");
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].at("from"), first[0].at("to"));
}

TEST_F(LiveHubTest, ARewindMakesTabsReadTheRunAgain) {
  subscribe(run_);
  commit(run_, 1, 2);
  hub_->flush();
  output_->take("points");
  clock_.advance(options_.interval_us);
  auto frame = std::make_shared<spool::Frame>(*rows_from(2, 1));
  frame->records = {spool::Branch{spool::BranchKind::kRewind, run_.text(), 1, 0}};
  publish(run_, frame);
  hub_->flush();
  EXPECT_EQ(output_->take("resync"), std::vector{json({{"run", run_.text()}})});
  EXPECT_TRUE(output_->take("points").empty());
  clock_.advance(options_.interval_us);
  commit(run_, 3);
  hub_->flush();
  EXPECT_EQ(output_->take("points").size(), 1u);
}

TEST_F(LiveHubTest, AClockThatIsSetBackHoldsNothingUp) {
  subscribe(run_);
  commit(run_, 1);
  EXPECT_EQ(steps_after_flush(), std::vector<std::int64_t>{1});
  clock_.set_by(-3'600'000'000);
  commit(run_, 2);
  EXPECT_EQ(steps_after_flush(), std::vector<std::int64_t>{2});
}

TEST_F(LiveHubTest, MessagesAreCoalescedToOneAnInterval) {
  subscribe(run_);
  for (int i = 0; i < 9; ++i) {  // 100 ms apart
    commit(run_, i);
    hub_->flush();
    clock_.advance(100'000);
  }
  EXPECT_EQ(output_->take("points").size(), 3u);
  const auto due = hub_->flush();
  ASSERT_TRUE(due);
  clock_.advance(options_.interval_us);
  hub_->flush();
  const auto rest = output_->take("points");
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].at("keys").at("train/loss").at("step"), json::parse("[7,8]"));
}

TEST_F(LiveHubTest, AProjectsTabSeesItsRunsAtMostOnceASecondForDataAlone) {
  hub_->receive(tab_, R"({"subscribe":{"project":"imdb"}})");
  commit(run_, 1);
  hub_->flush();
  EXPECT_EQ(output_->take("run").size(), 1u);
  for (int i = 0; i < 8; ++i) {
    clock_.advance(100'000);
    commit(run_, i);
    hub_->flush();
  }
  EXPECT_TRUE(output_->take("run").empty());
  ingest::Committed changed;
  changed.changed_runs.push_back(run_);
  hub_->publish(changed);
  hub_->flush();
  EXPECT_EQ(output_->take("run").size(), 1u);
  EXPECT_TRUE(output_->take("points").empty());
  hub_->receive(tab_, R"({"unsubscribe":{"project":"imdb"}})");
  clock_.advance(5'000'000);
  hub_->publish(changed);
  hub_->flush();
  EXPECT_TRUE(output_->take("run").empty());
}

TEST_F(LiveHubTest, RunsThatCouldNotBeReadAreReadLater) {
  database_away_ = true;
  subscribe(run_);
  const auto due = hub_->flush();
  ASSERT_TRUE(due);
  EXPECT_TRUE(output_->take("run").empty());
  database_away_ = false;
  clock_.advance(*due - clock_.now_us());
  hub_->flush();
  EXPECT_EQ(output_->take("run").size(), 1u);
}

TEST_F(LiveHubTest, LinesAreSentByStreamAndTheLastTextOfALineWins) {
  subscribe(run_);
  auto frame = std::make_shared<spool::Frame>();
  using spool::ConsoleStream;
  frame->records = {spool::Console{ConsoleStream::kStdout, 0, 1, "10%"},
                    spool::Console{ConsoleStream::kStderr, 0, 2, "oops"},
                    spool::Console{ConsoleStream::kStdout, 0, 3, "20%"}};
  publish(run_, frame);
  hub_->flush();
  const auto logs = output_->take("logs");
  ASSERT_EQ(logs.size(), 2u);
  EXPECT_EQ(logs[0].at("stream"), "stdout");
  EXPECT_EQ(logs[0].at("lines"), json::parse(R"([{"line":0,"time_us":3,"text":"20%"}])"));
  EXPECT_EQ(logs[1].at("stream"), "stderr");
}

TEST_F(LiveHubTest, GroupsOfAFrameAreShownInLogOrderAndSystemSamplesHaveNoSteps) {
  subscribe(run_);
  auto frame = std::make_shared<spool::Frame>();
  frame->groups.resize(3);
  frame->groups[0] = {false, {"a"}, {1, 3}, {10, 30}, {0, 2}, {0.1, 0.3}};
  frame->groups[1] = {false, {"b", "a"}, {2}, {20}, {1}, {9, 0.2}};
  frame->groups[2] = {true, {"system/cpu"}, {}, {15}, {3}, {50}};
  publish(run_, frame);
  hub_->flush();
  const auto keys = output_->take("points").at(0).at("keys");
  EXPECT_EQ(keys.at("a").at("step"), json::parse("[1,2,3]"));
  EXPECT_EQ(keys.at("a").at("value"), json::parse("[0.1,0.2,0.3]"));
  EXPECT_TRUE(keys.at("system/cpu").at("step").is_null());
}

TEST_F(LiveHubTest, NonsenseIsAnsweredAndChangesNothing) {
  for (const auto* bad :
       {"", "[]", R"({"subscribe":{}})", R"({"subscribe":{"run":"x"}})", R"({"shout":{"run":"x"}})",
        R"({"subscribe":{"run":1}})", R"({"subscribe":"imdb"})"}) {
    hub_->receive(tab_, bad);
    EXPECT_EQ(output_->take("error").size(), 1u) << bad;
  }
}

}  // namespace
}  // namespace tracker::http
