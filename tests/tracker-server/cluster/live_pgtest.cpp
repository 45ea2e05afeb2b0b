// Servers of one database in one process: what is committed through one is seen at the other.
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "../ingest/fake_output.hpp"
#include "../storage/store_fixture.hpp"
#include "cluster/notifier.hpp"
#include "core/run_state.hpp"
#include "http/live_hub.hpp"
#include "http/live_readers.hpp"
#include "ingest/ingest.hpp"
#include "storage/frame_ring.hpp"
#include "storage/heartbeats.hpp"

namespace tracker::cluster {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// A browser's tab: the steps it was sent, in order.
class Tab final : public http::LiveOutput {
 public:
  void send(std::shared_ptr<const std::string> message) override {
    const auto parsed = json::parse(*message);
    {
      const std::lock_guard lock(mutex_);
      if (parsed.contains("points")) {
        for (const auto& step : parsed["points"]["keys"]["loss"]["step"]) steps_.push_back(step);
        cursor_ = parsed["points"]["to"];
      }
      if (parsed.contains("subscribed")) {
        subscribed_ = true;
        cursor_ = parsed["subscribed"]["cursor"];
      }
      if (parsed.contains("resync")) ++resyncs_;
      if (parsed.contains("run")) ++rows_;
    }
    changed_.notify_all();
  }
  std::size_t pending_bytes() const override { return 0; }
  void hang_up() override {}

  bool wait_subscribed() {
    return wait([&] { return subscribed_; });
  }
  bool wait_steps(std::size_t count) {
    return wait([&] { return steps_.size() >= count; });
  }
  bool wait_steps_or_resync(std::size_t count) {
    return wait([&] { return resyncs_ > 0 || steps_.size() >= count; });
  }
  bool wait_row() {
    return wait([&] { return rows_ > 0; });
  }
  std::vector<std::int64_t> steps() {
    const std::lock_guard lock(mutex_);
    return steps_;
  }
  std::string cursor() {
    const std::lock_guard lock(mutex_);
    return cursor_;
  }
  int resyncs() {
    const std::lock_guard lock(mutex_);
    return resyncs_;
  }

 private:
  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, condition);
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::int64_t> steps_;
  std::string cursor_;
  int resyncs_ = 0, rows_ = 0;
  bool subscribed_ = false;
};

// What app/app.cpp makes of one database, without the network.
class Node {
 public:
  explicit Node(const std::string& dsn)
      : database({.dsn = dsn}),
        ingest(database, clock_,
               {.group_delay = 2ms,
                .compact_interval = 20ms,
                .compact_age_us = 50'000,
                .compact_pause_us = 0}),
        hub(http::make_live_readers(database, clock_), clock_, options()),
        notifier_({.dsn = dsn}, [this](const RunNews& news) { hub.hear(news); }) {
    ingest.set_listener([this](const ingest::Committed& committed) {
      hub.publish(committed);
      std::vector<core::RunId> runs;
      for (const auto& frame : committed.frames) runs.push_back(frame.run);
      notifier_.note(runs, committed.changed_runs);
    });
    ingest.start();
    hub.start();
    notifier_.start();
  }
  ~Node() {
    ingest.stop();
    notifier_.stop();
    hub.stop();
  }

  std::shared_ptr<Tab> watch(core::RunId run, const std::string& cursor = {}) {
    auto tab = std::make_shared<Tab>();
    json what = {{"run", run.text()}};
    if (!cursor.empty()) what["cursor"] = cursor;
    hub.receive(hub.join(tab), json{{"subscribe", what}}.dump());
    EXPECT_TRUE(tab->wait_subscribed());
    return tab;
  }

 private:
  static http::LiveOptions options() {
    http::LiveOptions live;
    live.interval_us = 20'000;
    return live;
  }
  core::SystemClock clock_;

 public:
  storage::Database database;
  ingest::Ingest ingest;
  http::LiveHub hub;

 private:
  Notifier notifier_;
};

class ClusterLiveTest : public storage::StoreTest {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::critical);
    StoreTest::SetUp();
    dsn_ = database->options().dsn;
  }

  // The writer logs steps [next_, end) through this server, as a relay that has come to it.
  void log_until(Node& node, std::int64_t end) {
    const auto output = std::make_shared<ingest::FakeOutput>();
    const auto session = node.ingest.open(output);
    session->hello({ingest::kProtocolVersion, spool::kFrameVersion, run_.text(), writer_.text(),
                    "imdb", "test"});
    ASSERT_TRUE(output->wait_welcome());
    for (; next_ < end; ++next_) {
      spool::Frame frame;
      frame.groups.push_back(
          storage::make_rows({"loss"}, {next_}, {1.0 * static_cast<double>(next_)}));
      const auto from = static_cast<std::uint64_t>(next_) * 10;
      session->frame(from, from + 10, spool::encode_frame(frame));
      if (next_ % 7 == 0) {
        ASSERT_TRUE(output->wait_ack(from + 10));
      }
    }
    ASSERT_TRUE(output->wait_ack(static_cast<std::uint64_t>(end) * 10));
    session->gone();
  }
  static std::vector<std::int64_t> count_up(std::int64_t from, std::int64_t to) {
    std::vector<std::int64_t> steps;
    for (auto step = from; step < to; ++step) steps.push_back(step);
    return steps;
  }

  std::string dsn_;
  const core::RunId run_ = core::RunId::random();
  const core::WriterId writer_ = core::WriterId::random();
  std::int64_t next_ = 0;
};

TEST_F(ClusterLiveTest, AStreamThatMovesToAndFroIsSeenOnceAndInOrderEverywhere) {
  Node a(dsn_), b(dsn_);
  log_until(a, 3);
  const auto at_a = a.watch(run_), at_b = b.watch(run_);
  for (int round = 1; round <= 6; ++round) log_until(round % 2 == 1 ? a : b, 3 + 40 * round);
  for (const auto& tab : {at_a, at_b}) {
    EXPECT_TRUE(tab->wait_steps(240));
    EXPECT_EQ(tab->steps(), count_up(3, 243));
    EXPECT_EQ(tab->resyncs(), 0);
  }
}

TEST_F(ClusterLiveTest, ATabGoesOnAtAnotherServerWhereItStood) {
  Node b(dsn_);
  std::string cursor;
  std::size_t seen = 0;
  {
    Node a(dsn_);
    log_until(a, 1);
    const auto tab = a.watch(run_);
    log_until(a, 50);
    EXPECT_TRUE(tab->wait_steps(1));
    cursor = tab->cursor();
    seen = tab->steps().size();
  }
  log_until(b, 90);
  const auto tab = b.watch(run_, cursor);
  log_until(b, 100);
  EXPECT_TRUE(tab->wait_steps(99 - seen));
  // What came between the look at the cursor and the count comes twice at most.
  const auto steps = tab->steps();
  EXPECT_EQ(steps, count_up(steps.front(), 100));
  EXPECT_LE(steps.front(), static_cast<std::int64_t>(seen) + 1);
  EXPECT_EQ(tab->resyncs(), 0);
}

TEST_F(ClusterLiveTest, AProjectsTabHearsOfARunThatBeganElsewhere) {
  Node a(dsn_), b(dsn_);
  const auto tab = std::make_shared<Tab>();
  b.hub.receive(b.hub.join(tab), R"({"subscribe":{"project":"imdb"}})");
  log_until(a, 1);
  EXPECT_TRUE(tab->wait_row());
}

// Both compact every 20 ms what is 50 ms old, and move and truncate the ring as fast as they can.
TEST_F(ClusterLiveTest, ServersThatCompactAndTruncateTogetherLoseNothing) {
  Node a(dsn_), b(dsn_);
  log_until(a, 1);
  const auto at_a = a.watch(run_), at_b = b.watch(run_);
  std::atomic<bool> done = false;
  std::atomic<int> truncated = 0;
  std::vector<std::jthread> keepers;
  for (auto* node : {&a, &b})
    keepers.emplace_back([&, node] {
      while (!done)
        truncated += storage::maintain_frame_ring(node->database, core::SystemClock().now_us(),
                                                  {.slot_bytes = 1, .slot_age_us = 0})
                         .truncated;
    });
  for (int round = 1; round <= 10; ++round) log_until(round % 2 == 1 ? a : b, 1 + 30 * round);
  // A tab that was too late for frames is told so; nobody gets a wrong one.
  for (const auto& tab : {at_a, at_b}) {
    EXPECT_TRUE(tab->wait_steps_or_resync(300)) << tab->steps().size();
    const auto steps = tab->steps();
    EXPECT_TRUE(std::is_sorted(steps.begin(), steps.end()));
    EXPECT_EQ(std::adjacent_find(steps.begin(), steps.end()), steps.end());
  }
  done = true;
  keepers.clear();
  EXPECT_GT(truncated, 0);
  const auto points = storage::points_of(*database, run_, "loss");
  EXPECT_EQ(points.steps, count_up(0, 301));
  storage::RunSnapshot snapshot(*database, run_);
  EXPECT_EQ(snapshot.find_key("loss")->stats.count, 301u);
}

TEST_F(ClusterLiveTest, ServersThatSweepTogetherEndEachRunOnce) {
  for (int i = 0; i < 40; ++i) storage::make_writer(*database);
  const auto later = storage::kNow + 2 * core::kHeartbeatTimeoutUs;
  std::vector<std::vector<core::RunId>> ended(3);
  {
    std::vector<std::jthread> servers;
    for (auto& mine : ended)
      servers.emplace_back([&] { mine = storage::sweep_silent_runs(*database, later); });
  }
  std::vector<core::RunId> all;
  for (const auto& mine : ended) all.insert(all.end(), mine.begin(), mine.end());
  // Whom all passed over because another had it at that moment is found by the next round.
  const auto rest = storage::sweep_silent_runs(*database, later);
  all.insert(all.end(), rest.begin(), rest.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all.size(), 40u);
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

}  // namespace
}  // namespace tracker::cluster
