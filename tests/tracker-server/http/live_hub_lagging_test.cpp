// Tabs that lag behind: they read slowly, come back after a while, or never read.
#include <gtest/gtest.h>

#include "http/live_hub.hpp"
#include "live_hub_fixture.hpp"

namespace tracker::http {
namespace {

TEST_F(LiveHubTest, AReconnectedTabGetsWhatItMissed) {
  subscribe(run_);
  commit(run_, 1);
  hub_->flush();
  const std::string cursor = output_->take("points").at(0).at("to");
  hub_->leave(tab_);
  commit(run_, 2);
  output_ = std::make_shared<RecordingOutput>();
  tab_ = hub_->join(output_);
  subscribe(run_, cursor);
  clock_.advance(options_.tail_pause_us);
  hub_->flush();
  const auto points = output_->take("points");
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0].at("keys").at("train/loss").at("step"), json::parse("[2]"));
  EXPECT_TRUE(output_->take("resync").empty());
}

// Many slow runs may be watched: what is older than a minute is in the database alone.
TEST_F(LiveHubTest, AFeedKeepsAMinuteOfFramesHoweverFewTheyAre) {
  constexpr std::int64_t kMinute = 60'000'000;
  LiveFeed feed(1'000'000);
  feed.apply({run_, {{writer_, {0, 0}}}, {}}, 0);
  EXPECT_TRUE(feed.publish({writer_, 0, 10, rows_from(1)}, 0));
  EXPECT_TRUE(feed.publish({writer_, 10, 20, rows_from(2)}, kMinute));
  EXPECT_TRUE(feed.covers({{writer_, 0}}));
  EXPECT_TRUE(feed.publish({writer_, 20, 30, rows_from(3)}, kMinute + 1));
  EXPECT_FALSE(feed.covers({{writer_, 0}}));
  EXPECT_TRUE(feed.covers({{writer_, 10}}));
}

TEST_F(LiveHubTest, ATabThatWasAwayForLongGetsWhatTheFeedNoLongerHas) {
  subscribe(run_);
  commit(run_, 1);
  hub_->flush();
  const std::string cursor = output_->take("points").at(0).at("to");
  commit(run_, 2);
  clock_.advance(61'000'000);
  commit(run_, 3);
  hub_->flush();
  hub_->leave(tab_);
  output_ = std::make_shared<RecordingOutput>();
  tab_ = hub_->join(output_);
  subscribe(run_, cursor);
  EXPECT_EQ(steps_after_flush(), (std::vector<std::int64_t>{2, 3}));
  EXPECT_TRUE(output_->take("resync").empty());
}

TEST_F(LiveHubTest, ACursorThatCannotBeServedIsAnsweredWithResync) {
  const auto known = cursor_text({{writer_, 10}});
  const auto ahead = cursor_text({{writer_, 1'000}});
  const auto stranger = cursor_text({{core::WriterId::random(), 10}});
  commit(run_, 1);
  for (const std::string lost : {"nonsense", "", "1.x-1", "2", ahead.c_str(), stranger.c_str()}) {
    subscribe(run_, lost);
    clock_.advance(options_.interval_us);
    hub_->flush();
    EXPECT_EQ(output_->take("resync"), std::vector{json({{"run", run_.text()}})}) << lost;
    EXPECT_EQ(output_->take("subscribed").at(0).at("cursor"), known) << lost;
  }
  EXPECT_TRUE(output_->take("points").empty());
}

TEST_F(LiveHubTest, ACursorOfAnotherServerGoesOnWhereItStands) {
  subscribe(run_);
  commit(run_, 1);
  hub_->flush();
  const std::string cursor = output_->take("points").at(0).at("to");
  commit_elsewhere(run_, 2);
  hub_ = make_hub();
  tab_ = hub_->join(output_);
  subscribe(run_, cursor);
  EXPECT_EQ(steps_after_flush(), (std::vector<std::int64_t>{2}));
  EXPECT_TRUE(output_->take("resync").empty());
}

TEST_F(LiveHubTest, ATabThatReturnsAfterItsFeedWasForgottenGetsWhatTheRingHolds) {
  subscribe(run_);
  commit(run_, 1);
  hub_->flush();
  const std::string cursor = output_->take("points").at(0).at("to");
  const auto come_back = [&] {
    hub_->leave(tab_);
    clock_.advance(options_.keep_feed_us + 1);
    hub_->flush();
    commit(run_, 2);  // nobody keeps it
    tab_ = hub_->join(output_);
    subscribe(run_, cursor);
    return steps_after_flush();
  };
  EXPECT_EQ(come_back(), (std::vector<std::int64_t>{2}));
  EXPECT_TRUE(output_->take("resync").empty());
  frames_.truncate();
  EXPECT_TRUE(come_back().empty());
  EXPECT_EQ(output_->take("resync").size(), 1u);
}

TEST_F(LiveHubTest, ASlowTabIsSkippedAndToldToReadAgain) {
  subscribe(run_);
  hub_->flush();
  output_->pending = options_.pending_bytes + 1;
  for (int i = 0; i < 20; ++i) commit(run_, 100 * i, 100);  // more than a feed keeps
  clock_.advance(options_.interval_us);
  hub_->flush();
  EXPECT_TRUE(output_->take("points").empty());
  output_->pending = 0;
  clock_.advance(options_.interval_us);
  hub_->flush();
  EXPECT_TRUE(output_->take("points").empty());
  EXPECT_EQ(output_->take("resync").size(), 1u);
  clock_.advance(options_.interval_us);
  commit(run_, 5'000);
  hub_->flush();
  EXPECT_EQ(output_->take("points").size(), 1u);
}

TEST_F(LiveHubTest, ASlowTabIsSentTheRowsOfItsRunsOnceItReadsAgain) {
  hub_->receive(tab_, R"({"subscribe":{"project":"imdb"}})");
  output_->pending = options_.pending_bytes + 1;
  commit(run_, 1);
  hub_->flush();
  EXPECT_TRUE(output_->take("run").empty());
  output_->pending = 0;
  const auto due = hub_->flush();
  ASSERT_TRUE(due);
  clock_.advance(*due - clock_.now_us());
  hub_->flush();
  EXPECT_EQ(output_->take("run").size(), 1u);
  EXPECT_GT(hub_->flush(), clock_.now_us() + options_.interval_us);  // nothing but a look
}

TEST_F(LiveHubTest, MoreThanAFeedKeepsWhileItIsOpenedIsReadAgain) {
  on_read_ = [this] {
    for (int i = 0; i < 4; ++i) commit(run_, 100 * i, 100);
    on_read_ = nullptr;
  };
  subscribe(run_);
  hub_->flush();
  clock_.advance(options_.interval_us);
  hub_->flush();
  commit(run_, 5'000);
  for (int i = 0; i < 3; ++i) {
    clock_.advance(options_.interval_us);
    hub_->flush();
  }
  const auto points = output_->take("points");
  ASSERT_FALSE(points.empty());
  EXPECT_EQ(points.back().at("keys").at("train/loss").at("step").back(), 5'000);
}

TEST_F(LiveHubTest, ATabThatBecomesSlowWithinAFlushLosesNothing) {
  options_.pending_bytes = 50;  // less than one message
  hub_ = make_hub();
  tab_ = hub_->join(output_);
  subscribe(run_);
  subscribe(other_);
  hub_->flush();
  output_->messages.clear();
  output_->stuck = true;
  commit(run_, 1);
  commit(other_, 2);
  clock_.advance(options_.interval_us);
  hub_->flush();
  EXPECT_EQ(output_->take("points").size(), 1u);
  output_->pending = 0;
  clock_.advance(options_.interval_us);
  hub_->flush();
  EXPECT_EQ(output_->take("points").size(), 1u);
  EXPECT_TRUE(output_->take("resync").empty());
}

TEST_F(LiveHubTest, ATabThatOnlyAsksAndNeverReadsIsHungUpOn) {
  options_.pending_bytes = 500;
  options_.hang_up_bytes = 1'000;
  hub_ = make_hub();
  tab_ = hub_->join(output_);
  output_->stuck = true;
  for (int i = 0; i < 1'000; ++i) hub_->receive(tab_, "nonsense");
  EXPECT_GT(output_->hung_up, 0);
  EXPECT_LT(output_->pending, 2 * options_.hang_up_bytes);
}

}  // namespace
}  // namespace tracker::http
