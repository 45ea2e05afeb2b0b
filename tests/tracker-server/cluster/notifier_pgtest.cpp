#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <mutex>

#include "../storage/store_fixture.hpp"
#include "cluster/notifier.hpp"

namespace tracker::cluster {
namespace {

using namespace std::chrono_literals;

// One server's end: what it heard, and how often.
class Listener {
 public:
  explicit Listener(const std::string& dsn)
      : notifier({.dsn = dsn, .first_retry = 5ms, .last_retry = 20ms},
                 [this](const RunNews& news) { take(news); }) {
    notifier.start();
  }

  bool wait_for(const std::function<bool(const RunNews&)>& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, [&] { return condition(all_); });
  }
  bool hears(core::RunId run) {
    return wait_for([&](const RunNews& news) { return news.data.contains(run); });
  }
  int messages() {
    const std::lock_guard lock(mutex_);
    return messages_;
  }

 private:
  void take(const RunNews& news) {
    {
      const std::lock_guard lock(mutex_);
      ++messages_;
      all_.data.insert(news.data.begin(), news.data.end());
      all_.changed.insert(news.changed.begin(), news.changed.end());
      all_.many = all_.many || news.many;
      all_.missed = all_.missed || news.missed;
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  RunNews all_;
  int messages_ = 0;

 public:
  Notifier notifier;  // last: its thread calls take()
};

class NotifierTest : public testing::Test {
 protected:
  NotifierTest() { spdlog::set_level(spdlog::level::critical); }  // the faults are the test's own

  // Ends every other connection to the database, as a restart of it would.
  void cut_connections() {
    storage::Database database({.dsn = dsn_});
    database.pg()->run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid()");
  }

  const std::string dsn_ = test::PostgresCluster::instance().fresh_database();
  const core::RunId a_ = core::RunId::random(), b_ = core::RunId::random(),
                    c_ = core::RunId::random();
};

TEST_F(NotifierTest, EachServerHearsTheOthersAndNotItself) {
  Listener first(dsn_), second(dsn_), third(dsn_);
  first.notifier.note(std::vector{a_}, std::vector{b_});
  for (auto* other : {&second, &third}) {
    EXPECT_TRUE(other->hears(a_));
    EXPECT_TRUE(other->wait_for([&](const RunNews& news) { return news.changed.contains(b_); }));
  }
  second.notifier.note(std::vector{c_}, {});
  EXPECT_TRUE(first.hears(c_));
  EXPECT_TRUE(first.wait_for([&](const RunNews& news) { return !news.data.contains(a_); }));
}

TEST_F(NotifierTest, ManyCommitsAreFewMessages) {
  Listener first(dsn_), second(dsn_);
  for (int i = 0; i < 10'000; ++i) first.notifier.note(std::vector{a_, b_}, {});
  first.notifier.note(std::vector{c_}, {});
  EXPECT_TRUE(second.hears(c_));
  EXPECT_LE(second.messages(), 10);  // in the second at most that this takes
}

TEST_F(NotifierTest, AServerThatStopsTellsWhatItNoted) {
  Listener second(dsn_);
  {
    Listener first(dsn_);
    first.notifier.note(std::vector{a_}, {});
    first.notifier.note(std::vector{b_}, {});
    first.notifier.stop();
  }
  EXPECT_TRUE(second.hears(a_));
  EXPECT_TRUE(second.hears(b_));
}

TEST_F(NotifierTest, TooManyRunsAreAWord) {
  Listener first(dsn_), second(dsn_);
  std::vector<core::RunId> runs;
  for (int i = 0; i < 3'000; ++i) runs.push_back(core::RunId::random());
  first.notifier.note(runs, {});
  EXPECT_TRUE(second.wait_for([](const RunNews& news) { return news.many; }));
}

TEST_F(NotifierTest, ACutConnectionComesBackAndSaysThatNewsWereMissed) {
  Listener first(dsn_), second(dsn_);
  cut_connections();
  for (auto* one : {&first, &second})
    ASSERT_TRUE(one->wait_for([](const RunNews& news) { return news.missed; }));
  first.notifier.note(std::vector{a_}, {});
  EXPECT_TRUE(
      second.wait_for([&](const RunNews& news) { return news.data.contains(a_) || news.many; }));
}

TEST_F(NotifierTest, WithNoDatabaseItStartsAndStops) {
  Listener lonely("host=/nonexistent dbname=none");
  lonely.notifier.note(std::vector{a_}, {});
}

}  // namespace
}  // namespace tracker::cluster
