#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "../storage/store_fixture.hpp"
#include "ingest/compactor.hpp"
#include "ingest/ingest.hpp"
#include "ingest/sweeper.hpp"
#include "storage/quarantine.hpp"
#include "storage/runs.hpp"

namespace tracker::ingest {
namespace {

using storage::kNow;

// What goes on behind the streams, one round at a time on the test's thread.
class BackgroundTest : public storage::StoreTest {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::critical);  // the faults are the test's own
    StoreTest::SetUp();
  }

  core::ManualClock clock{kNow};
  core::RunId run = core::RunId::random();
};

TEST_F(BackgroundTest, TheCompactorSetsAFrameAsideThatFailsAgainAndAgain) {
  const IngestOptions options;
  Compactor compactor(*database, clock, options);
  storage::TestWriter test_writer = storage::make_writer(*database, run);
  storage::Chain chain = storage::make_chain(test_writer, spool::Frame{});
  chain.parts.front().payload = "this is no frame";
  test_writer.offset = storage::commit_one(*database, chain).acked;
  storage::log_rows(*database, test_writer, storage::make_rows({"loss"}, {0}, {0}));
  compactor.round();  // asks the database
  for (int round = 1; round <= 3; ++round) {
    EXPECT_EQ(storage::count_quarantined(*database->pg()), 0) << round;
    clock.advance(options.compact_age_us);
    compactor.round();
  }
  EXPECT_EQ(storage::count_quarantined(*database->pg()), 1);
  EXPECT_EQ(storage::points_of(*database, run, "loss").size(), 1u);
}

TEST_F(BackgroundTest, TheCompactorTakesWhatIsOldOrEnded) {
  const IngestOptions options;
  Compactor compactor(*database, clock, options);
  compactor.round();
  storage::TestWriter test_writer = storage::make_writer(*database, run);
  spool::Frame frame;
  frame.groups.push_back(storage::make_rows({"loss"}, {0, 1}, {0, 3}));
  storage::log_frame(*database, test_writer, frame);
  Committed committed;
  committed.frames.push_back(
      {run, test_writer.writer, 0, 100, std::make_shared<const spool::Frame>(frame)});
  compactor.note(committed);
  compactor.round();
  EXPECT_TRUE(storage::compacted_keys(*database, std::vector{run}).front().keys.empty());
  clock.advance(options.compact_age_us);
  compactor.round();
  ASSERT_EQ(storage::compacted_keys(*database, std::vector{run}).front().keys.size(), 1u);
  EXPECT_EQ(storage::points_of(*database, run, "loss").values, (std::vector<double>{0, 3}));
}

TEST_F(BackgroundTest, TheCompactorTakesARunThatLogsSlowlyOnceAMinuteAndManyRowsAtOnce) {
  clock.set_by(core::kMinuteUs * 60 * 24);  // the wall's clock counts from somewhere else
  const IngestOptions options;
  Compactor compactor(*database, clock, options);
  compactor.round();
  storage::TestWriter test_writer = storage::make_writer(*database, run);
  const auto log = [&](std::int64_t first, std::int64_t rows) {
    spool::Frame frame;
    std::vector<std::int64_t> steps;
    for (std::int64_t step = first; step < first + rows; ++step) steps.push_back(step);
    frame.groups.push_back(storage::make_rows({"loss"}, steps, std::vector<double>(steps.size())));
    storage::log_frame(*database, test_writer, frame);
    Committed committed;
    committed.frames.push_back(
        {run, test_writer.writer, 0, 100, std::make_shared<const spool::Frame>(frame)});
    compactor.note(committed);
  };
  const auto compacted = [&] {
    compactor.round();
    return database->pg()->run("SELECT coalesce(max(n), 0)::bigint FROM series").bigint(0, 0);
  };
  log(0, 1);
  clock.advance(options.compact_age_us);
  EXPECT_EQ(compacted(), 1);
  log(1, 1);
  clock.advance(options.compact_age_us);
  EXPECT_EQ(compacted(), 1);
  const auto many = static_cast<std::int64_t>(options.compact_rows) - 1;
  log(2, many);
  EXPECT_EQ(compacted(), 2 + many);
  log(2 + many, 1);
  clock.advance(options.compact_pause_us);
  EXPECT_EQ(compacted(), 3 + many);
}

// A run that has ended must not wait for its frames to grow old because a connection broke.
TEST_F(BackgroundTest, TheCompactorComesBackSoonToAnEndedRunThatItCouldNotDo) {
  const IngestOptions options;
  Compactor compactor(*database, clock, options);
  compactor.round();
  storage::TestWriter test_writer = storage::make_writer(*database, run);
  storage::log_rows(*database, test_writer, storage::make_rows({"loss"}, {0, 1}, {0, 3}));
  compactor.note_end(run);
  database->pg()->command("ALTER TABLE axis_chunk RENAME TO away");
  compactor.round();
  database->pg()->command("ALTER TABLE away RENAME TO axis_chunk");
  clock.advance(2 * core::kSecondUs);
  compactor.round();
  EXPECT_EQ(storage::compacted_keys(*database, std::vector{run}).front().keys.size(), 1u);
}

TEST_F(BackgroundTest, AClockThatIsSetBackDoesNotHoldTheCompactorUp) {
  const IngestOptions options;
  Compactor compactor(*database, clock, options);
  compactor.round();
  storage::TestWriter test_writer = storage::make_writer(*database, run);
  storage::log_rows(*database, test_writer, storage::make_rows({"loss"}, {0, 1}, {0, 3}));
  clock.set_by(-core::kMinuteUs * 60);
  clock.advance(30 * core::kSecondUs);
  compactor.round();  // asks the database
  clock.advance(options.compact_age_us);
  compactor.round();
  EXPECT_EQ(storage::compacted_keys(*database, std::vector{run}).front().keys.size(), 1u);
}

TEST_F(BackgroundTest, TheSweeperWaitsForRelaysToComeBackAfterAStart) {
  storage::make_writer(*database, run);
  clock.advance(core::kHeartbeatTimeoutUs * 2);
  std::vector<core::RunId> dead;
  Sweeper sweeper(*database, clock, std::chrono::seconds(20),
                  [&](const auto& runs) { dead = runs; });
  sweeper.round();
  EXPECT_TRUE(dead.empty());
  clock.advance(core::kHeartbeatTimeoutUs);
  sweeper.round();
  EXPECT_EQ(dead, std::vector{run});
}

}  // namespace
}  // namespace tracker::ingest
