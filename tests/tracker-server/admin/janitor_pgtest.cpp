#include <spdlog/spdlog.h>

#include "../storage/full_run.hpp"
#include "admin/janitor.hpp"
#include "storage/deletion.hpp"
#include "storage/retention.hpp"
#include "storage/runs.hpp"

namespace tracker::admin {
namespace {

using storage::kNow;
constexpr std::int64_t kDay = 24 * 60 * core::kMinuteUs;

class JanitorTest : public storage::StoreTest {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::critical);
    StoreTest::SetUp();
  }
  core::ManualClock clock{kNow};
};

TEST_F(JanitorTest, RemovesWhatIsBeyondItsGracePeriodAndTheProjectWithIt) {
  Janitor janitor(*database, clock);
  const auto writer = storage::log_full_run(*database);
  storage::delete_project(*database, "imdb", {kNow, 7 * kDay});
  clock.advance(7 * kDay - 1);
  janitor.round();
  EXPECT_GT(storage::rows_of(*database, writer.run), 0);
  clock.advance(1);
  janitor.round();
  EXPECT_EQ(storage::rows_of(*database, writer.run), 0);
  EXPECT_EQ(storage::ask_number(*database, "SELECT count(*) FROM project"), 0);
}

TEST_F(JanitorTest, RetentionDeletesSoThatARunCanBeBroughtBackOnce) {
  Janitor janitor(*database, clock);
  auto writer = storage::log_full_run(*database);
  storage::finish_run(*database, writer);
  storage::compact_all(*database, writer.run);
  storage::set_retention(*database, "imdb", {.runs_us = 90 * kDay, .system_us = {}, .logs_us = {}});
  clock.advance(91 * kDay);
  janitor.round();
  EXPECT_FALSE(storage::find_run(*database, writer.run));
  storage::restore_run(*database, writer.run);
  clock.advance(8 * kDay);
  janitor.round();
  EXPECT_TRUE(storage::find_run(*database, writer.run));
}

TEST_F(JanitorTest, RetentionLooksOnceAnHour) {
  Janitor janitor(*database, clock);
  auto writer = storage::log_full_run(*database);
  storage::finish_run(*database, writer);
  storage::compact_all(*database, writer.run);
  janitor.round();
  storage::set_retention(*database, "imdb", {.runs_us = {}, .system_us = 1, .logs_us = 1});
  clock.advance(60 * core::kMinuteUs - 1);
  janitor.round();
  EXPECT_EQ(storage::points_of(*database, writer.run, "system/cpu").size(), 3u);
  clock.advance(1);
  janitor.round();
  EXPECT_EQ(storage::points_of(*database, writer.run, "system/cpu").size(), 0u);
  EXPECT_EQ(storage::ask_number(*database, "SELECT count(*) FROM log_chunk"), 0);
}

}  // namespace
}  // namespace tracker::admin
