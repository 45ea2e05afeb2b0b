// What other servers of the database commit.
#include <gtest/gtest.h>

#include <algorithm>

#include "live_hub_fixture.hpp"

namespace tracker::http {
namespace {

using Steps = std::vector<std::int64_t>;

TEST_F(LiveHubTest, ATabIsToldWhereItStands) {
  commit_elsewhere(run_, 1);
  subscribe(run_);
  hub_->flush();
  const auto subscribed = output_->take("subscribed");
  ASSERT_EQ(subscribed.size(), 1u);
  EXPECT_EQ(subscribed[0].at("run"), run_.text());
  EXPECT_EQ(subscribed[0].at("cursor"), cursor_text({{writer_, 10}}));
  EXPECT_TRUE(output_->take("points").empty());
  hub_->flush();
  EXPECT_TRUE(output_->take("subscribed").empty());
}

TEST_F(LiveHubTest, WhatAnotherServerCommittedIsReadWhenItTells) {
  subscribe(run_);
  hub_->flush();
  commit_elsewhere(run_, 1);
  EXPECT_TRUE(steps_after_flush().empty());
  tell(run_);
  EXPECT_EQ(steps_after_flush(), (Steps{1}));
  tell(run_);
  EXPECT_TRUE(steps_after_flush().empty());
}

TEST_F(LiveHubTest, WhatNobodyToldIsFoundByLookingNowAndThen) {
  subscribe(run_);
  hub_->flush();
  commit_elsewhere(run_, 1);
  clock_.advance(options_.poll_us);
  EXPECT_EQ(steps_after_flush(), (Steps{1}));
}

TEST_F(LiveHubTest, AStreamThatMovesBetweenServersIsSeenOnceAndInOrder) {
  subscribe(run_);
  commit(run_, 1);
  hub_->flush();
  output_->messages.clear();
  commit_elsewhere(run_, 2);
  commit(run_, 3);  // before the other one was heard: it does not fit
  EXPECT_EQ(steps_after_flush(), (Steps{2, 3}));
  commit_elsewhere(run_, 4);
  tell(run_);
  EXPECT_EQ(steps_after_flush(), (Steps{4}));
  commit(run_, 5);
  EXPECT_EQ(steps_after_flush(), (Steps{5}));
}

TEST_F(LiveHubTest, ACommitThatIsReadBeforeItIsPublishedComesOnce) {
  subscribe(run_);
  hub_->flush();
  const auto frame = rows_from(1);
  const auto stored = frames_.commit(run_, writer_, frame);
  tell(run_);
  EXPECT_EQ(steps_after_flush(), (Steps{1}));
  ingest::Committed committed;
  committed.frames.push_back({run_, writer_, stored.from, stored.to, frame});
  hub_->publish(committed);
  EXPECT_TRUE(steps_after_flush().empty());
}

TEST_F(LiveHubTest, WhatIsCommittedWhileTheFeedIsOpenedIsNotLost) {
  commit_elsewhere(run_, 1);
  on_read_ = [this] {
    commit(run_, 2);
    on_read_ = nullptr;
  };
  subscribe(run_);
  EXPECT_EQ(steps_after_flush(), (Steps{2}));
}

TEST_F(LiveHubTest, FramesThatAreGoneAreAResync) {
  subscribe(run_);
  hub_->flush();
  commit_elsewhere(run_, 1);
  frames_.truncate();
  tell(run_);
  EXPECT_TRUE(steps_after_flush().empty());
  EXPECT_EQ(output_->take("resync").size(), 1u);
  commit(run_, 2);
  EXPECT_EQ(steps_after_flush(), (Steps{2}));
}

TEST_F(LiveHubTest, ACursorBelowTheFeedIsFilledUp) {
  commit_elsewhere(run_, 1);
  const auto cursor = cursor_text({{writer_, frames_.end_of(run_, writer_)}});
  commit_elsewhere(run_, 2);
  subscribe(run_);  // begins behind 2
  hub_->flush();
  commit(run_, 3);
  EXPECT_EQ(steps_after_flush(), (Steps{3}));
  const auto second = std::make_shared<RecordingOutput>();
  const auto tab = hub_->join(second);
  hub_->receive(tab, json{{"subscribe", {{"run", run_.text()}, {"cursor", cursor}}}}.dump());
  EXPECT_TRUE(steps_after_flush().empty());
  const auto points = second->take("points");
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0].at("keys").at("train/loss").at("step"), json::parse("[2,3]"));
  EXPECT_TRUE(second->take("resync").empty());
}

TEST_F(LiveHubTest, RunsThatNobodyWatchesAreNotRead) {
  subscribe(run_);
  hub_->flush();
  const int before = tail_reads_;
  tell(other_);
  EXPECT_TRUE(steps_after_flush().empty());
  EXPECT_EQ(tail_reads_, before);
  hub_->leave(tab_);
  tell(run_);
  clock_.advance(options_.poll_us);
  hub_->flush();
  EXPECT_EQ(tail_reads_, before);
}

TEST_F(LiveHubTest, WithTheDatabaseAwayTheTabIsPlacedLater) {
  database_away_ = true;
  subscribe(run_);
  EXPECT_TRUE(steps_after_flush().empty());
  EXPECT_TRUE(output_->take("subscribed").empty());
  database_away_ = false;
  commit(run_, 1);
  clock_.advance(1'000'000);
  EXPECT_EQ(steps_after_flush(), (Steps{1}));
  EXPECT_EQ(output_->take("subscribed").size(), 1u);
}

TEST_F(LiveHubTest, RunsOfProjectsNobodyWatchesAreReadOnceToLearnThat) {
  hub_->receive(tab_, R"({"subscribe":{"project":"other"}})");
  for (int i = 0; i < 5; ++i) {
    tell(run_);
    clock_.advance(1'000'000);
    hub_->flush();
  }
  EXPECT_EQ(reads_, 1);
  EXPECT_TRUE(output_->take("run").empty());
}

TEST_F(LiveHubTest, WhenAnythingMayHaveChangedVersionsTellWhatDid) {
  running_ = {run_};
  hub_->receive(tab_, R"({"subscribe":{"project":"imdb"}})");
  hub_->flush();
  EXPECT_TRUE(output_->take("run").empty()) << "the tab has just read the list";
  cluster::RunNews news;
  news.many = true;
  hub_->hear(news);
  clock_.advance(options_.interval_us);
  hub_->flush();
  EXPECT_TRUE(output_->take("run").empty()) << "nothing did";
  version_ = 2;
  hub_->hear(news);
  clock_.advance(options_.interval_us);
  hub_->flush();
  EXPECT_EQ(output_->take("run").size(), 1u);
  running_.push_back(other_);
  hub_->hear(news);
  clock_.advance(options_.interval_us);
  hub_->flush();
  EXPECT_EQ(output_->take("run").size(), 1u);
}

TEST_F(LiveHubTest, AfterADeafWhileProjectsAreToldToReadAgain) {
  hub_->receive(tab_, R"({"subscribe":{"project":"imdb"}})");
  subscribe(run_);
  hub_->flush();
  commit_elsewhere(run_, 1);
  cluster::RunNews news;
  news.missed = true;
  hub_->hear(news);
  EXPECT_EQ(steps_after_flush(), (Steps{1}));
  EXPECT_EQ(output_->take("resync"), std::vector{json({{"project", "imdb"}})});
}

// At this server, or at another one that tells.
TEST_F(LiveHubTest, WhoWatchesADeletedRunOrItsProjectIsToldOnceToReadAgain) {
  hub_->receive(tab_, R"({"subscribe":{"project":"imdb"}})");
  subscribe(run_);
  hub_->flush();
  running_ = {run_, other_};
  deleted_ = {run_, other_};  // of the other one the hub knows nothing
  ++version_;
  cluster::RunNews news;
  news.changed = {run_, other_};
  hub_->hear(news);
  std::vector<json> told;
  for (int i = 0; i < 40; ++i) {  // looks at the versions as well
    clock_.advance(options_.interval_us);
    hub_->flush();
    for (auto& message : output_->take("resync")) told.push_back(std::move(message));
  }
  EXPECT_EQ(std::count(told.begin(), told.end(), json({{"project", "imdb"}})), 1);
  EXPECT_EQ(std::count(told.begin(), told.end(), json({{"run", run_.text()}})), 1);
  EXPECT_EQ(told.size(), 2u);
  deleted_.clear();
  ++version_;
  output_->messages.clear();
  ingest::Committed restored;
  restored.changed_runs = {run_};
  hub_->publish(restored);
  hub_->flush();
  EXPECT_EQ(output_->take("run").size(), 1u);
}

TEST(LiveCursor, TextsAreReadBackAndNonsenseIsNone) {
  const auto a = core::WriterId::random(), b = core::WriterId::random();
  const LogPosition position{{a, 0}, {b, ~std::uint64_t{0}}};
  EXPECT_EQ(parse_cursor(cursor_text(position)), position);
  EXPECT_EQ(parse_cursor(cursor_text({})), LogPosition{});
  const auto good = "1." + a.text() + "-7";
  EXPECT_TRUE(parse_cursor(good));
  for (const auto& bad :
       {good + "x", good + ".", good + good.substr(1), good.substr(0, 38), "1." + a.text() + "-",
        "1." + a.text() + "-99999999999999999999", std::string("1x"), "0" + good.substr(1)})
    EXPECT_FALSE(parse_cursor(bad)) << bad;
  LogPosition many;
  for (int i = 0; i < 61; ++i) many[core::WriterId::random()] = 1;
  EXPECT_EQ(cursor_text(many), "");
}

}  // namespace
}  // namespace tracker::http
