#include "bomb.hpp"
#include "core/time.hpp"
#include "storage/deletion.hpp"
#include "storage/logs.hpp"
#include "storage/retention.hpp"
#include "storage/runs.hpp"

namespace tracker::storage {
namespace {

constexpr std::int64_t kDay = 24 * 3600 * core::kSecondUs;
constexpr std::int64_t kEnd = kNow + 1'000;  // of a run that finish_run ended

class Retention : public StoreTest {
 protected:
  TestWriter ended_run() {
    TestWriter writer = log_full_run(*database);
    finish_run(*database, writer);
    compact_all(*database, writer.run);
    return writer;
  }
  Expired expired(std::int64_t now_us) { return find_expired(*database->pg(), now_us); }
};

TEST_F(Retention, IsOffByDefaultAndPerProject) {
  const TestWriter writer = ended_run();
  EXPECT_TRUE(expired(kEnd + 10'000 * kDay).runs.empty());
  set_retention(*database, "imdb", {.runs_us = 90 * kDay, .system_us = 30 * kDay, .logs_us = {}});
  const RetentionPolicy policy = retention_of(*database, "imdb");
  EXPECT_EQ(policy.runs_us, 90 * kDay);
  EXPECT_EQ(policy.system_us, 30 * kDay);
  EXPECT_FALSE(policy.logs_us);
  EXPECT_THROW(set_retention(*database, "unknown", {}), Error);
}

TEST_F(Retention, TakesWhatEndedLongAgoAndNothingElse) {
  const TestWriter ended = ended_run();
  const TestWriter running = log_full_run(*database);
  set_retention(*database, "imdb",
                {.runs_us = 90 * kDay, .system_us = 30 * kDay, .logs_us = 20 * kDay});
  EXPECT_TRUE(expired(kEnd + 20 * kDay).logs.empty());
  EXPECT_EQ(expired(kEnd + 20 * kDay + 1).logs, std::vector{ended.run});
  EXPECT_TRUE(expired(kEnd + 30 * kDay).system.empty());
  EXPECT_EQ(expired(kEnd + 30 * kDay + 1).system, std::vector{ended.run});
  EXPECT_TRUE(expired(kEnd + 90 * kDay).runs.empty());
  EXPECT_EQ(expired(kEnd + 90 * kDay + 1).runs, std::vector{ended.run});
}

TEST_F(Retention, ARunThatWasBroughtBackIsKept) {
  const TestWriter writer = ended_run();
  set_retention(*database, "imdb", {.runs_us = kDay, .system_us = {}, .logs_us = {}});
  delete_run(*database, writer.run, {kNow, kDay});
  EXPECT_TRUE(expired(kEnd + 100 * kDay).runs.empty());
  restore_run(*database, writer.run);
  EXPECT_TRUE(expired(kEnd + 100 * kDay).runs.empty());
}

TEST_F(Retention, SystemMetricsGoAndTheRestStays) {
  TestWriter writer = ended_run();
  const auto loss = points_of(*database, writer.run, "loss");
  const auto version = find_run(*database, writer.run)->version;
  ASSERT_EQ(points_of(*database, writer.run, "system/cpu").size(), 3u);
  set_retention(*database, "imdb", {.runs_us = {}, .system_us = kDay, .logs_us = {}});
  EXPECT_GT(drop_system_metrics(*database->pg(), writer.run), 0u);
  EXPECT_EQ(points_of(*database, writer.run, "system/cpu").size(), 0u);
  EXPECT_EQ(points_of(*database, writer.run, "loss").size(), loss.size());
  EXPECT_GT(find_run(*database, writer.run)->version, version);
  EXPECT_TRUE(expired(kEnd + 100 * kDay).system.empty());  // once

  // The run comes back and logs more of them.
  TestWriter again = make_writer(*database, writer.run);
  spool::RowGroup system = make_rows({"system/cpu"}, {0, 0}, {4, 5});
  system.steps.clear();
  system.system = true;
  log_rows(*database, again, system);
  compact_all(*database, writer.run);
  EXPECT_EQ(points_of(*database, writer.run, "system/cpu").values, (std::vector<double>{4, 5}));
}

TEST_F(Retention, ConsoleLinesGoAndTheRestStays) {
  const TestWriter writer = ended_run();
  EXPECT_EQ(read_logs(*database, writer.run, {}).lines.size(), 5u);
  EXPECT_GT(drop_console(*database->pg(), writer.run), 0u);
  EXPECT_TRUE(read_logs(*database, writer.run, {}).lines.empty());
  EXPECT_GT(points_of(*database, writer.run, "loss").size(), 0u);
}

TEST_F(Retention, ARunningRunLosesNothing) {
  const TestWriter writer = log_full_run(*database);
  EXPECT_EQ(drop_system_metrics(*database->pg(), writer.run), 0u);
  EXPECT_EQ(drop_console(*database->pg(), writer.run), 0u);
}

TEST_F(Retention, KilledAtAnyStatementTheNextRoundEndsTheSame) {
  set_retention(*database,
                [&] {
                  make_writer(*database);
                  return "imdb";
                }(),
                {.runs_us = {}, .system_us = kDay, .logs_us = kDay});
  kill_at_every_statement(
      *database, [&] { return ended_run().run; },
      [&](core::RunId run) {
        drop_system_metrics(*database->pg(), run);
        drop_console(*database->pg(), run);
      },
      [&](core::RunId run) {
        EXPECT_EQ(points_of(*database, run, "system/cpu").size(), 0u);
        EXPECT_TRUE(read_logs(*database, run, {}).lines.empty());
        EXPECT_EQ(points_of(*database, run, "acc").size(), std::size_t{FullRun::kRows + 10});
      });
}

}  // namespace
}  // namespace tracker::storage
