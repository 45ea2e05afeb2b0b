#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "migrate_fixture.hpp"
#include "storage/migrate.hpp"
#include "storage/runs.hpp"
#include "support/directories.hpp"

namespace tracker::storage {
namespace {

TEST_F(MigrateTest, FromEmptyAndAgain) {
  EXPECT_EQ(installed_schema_version(database_), 0);
  EXPECT_TRUE(schema_objection(database_));
  migrate(database_);
  EXPECT_EQ(installed_schema_version(database_), schema_version());
  EXPECT_FALSE(schema_objection(database_));
  migrate(database_);
  EXPECT_EQ(installed_schema_version(database_), schema_version());
}

TEST_F(MigrateTest, ServersThatStartTogetherWaitForOneAnother) {
  const auto known = add("CREATE TABLE more (n bigint); SELECT pg_sleep(0.05)", 0);
  {
    std::vector<std::jthread> servers;
    for (int i = 0; i < 4; ++i)
      servers.emplace_back([&] { EXPECT_NO_THROW(migrate(database_, known)); });
  }
  EXPECT_EQ(installed_schema_version(database_), schema_version(known));
}

TEST_F(MigrateTest, AMigrationThatFailsOrIsKilledLeavesNothingOfItself) {
  const auto broken = add("CREATE TABLE half (n bigint); SELECT 1 / 0", 0);
  EXPECT_THROW(migrate(database_, broken), Error);
  EXPECT_EQ(installed_schema_version(database_), schema_version());
  list_.pop_back();
  const auto killed =
      add("CREATE TABLE half (n bigint); SELECT pg_terminate_backend(pg_backend_pid())", 0);
  EXPECT_THROW(migrate(database_, killed), Error);
  EXPECT_EQ(installed_schema_version(database_), schema_version());
  list_.pop_back();
  migrate(database_, add("CREATE TABLE half (n bigint)", 0));
  EXPECT_EQ(installed_schema_version(database_), schema_version(list_));
}

// The table is held for longer than a migration waits; others are let through meanwhile.
TEST_F(MigrateTest, AMigrationDoesNotHoldUpOthersWhileItWaitsForATable) {
  migrate(database_);
  TestWriter writer = make_writer(database_);
  const auto known = add("ALTER TABLE run ADD COLUMN colour text", 0);
  auto holder = database_.pg();
  PgTransaction reading(*holder);
  holder->run("SELECT count(*) FROM run");
  std::jthread newer([&] {
    Database own(database_.options());
    EXPECT_NO_THROW(migrate(own, known));
  });
  for (int step = 0; step < 20; ++step)
    log_rows(database_, writer, make_rows({"loss"}, {step}, {0.5}));
  while (number("SELECT count(*) FROM pg_locks WHERE NOT granted") == 0) std::this_thread::yield();
  EXPECT_TRUE(find_run(database_, writer.run));  // queued behind it, until it gives up
  reading.commit();
  newer.join();
  EXPECT_EQ(installed_schema_version(database_), schema_version(known));
}

TEST_F(MigrateTest, ANewerSchemaThatSaysNothingIsLeftAlone) {
  migrate(database_);
  command("INSERT INTO schema_version (version, name) VALUES (999, 'future')");
  const auto why = refusal();
  EXPECT_TRUE(holds(why, "999")) << why;
  EXPECT_EQ(schema_objection(database_), why);
  EXPECT_EQ(installed_schema_version(database_), 999);
}

TEST_F(MigrateTest, AnOlderProgramRunsBesideASchemaThatIsCompatibleWithIt) {
  migrate(database_, add("ALTER TABLE run ADD COLUMN colour text", 0));
  EXPECT_FALSE(schema_objection(database_));
  EXPECT_NO_THROW(migrate(database_));
  EXPECT_EQ(installed_schema_version(database_), schema_version() + 1);
  // It still writes and reads.
  TestWriter writer = make_writer(database_);
  log_rows(database_, writer, make_rows({"loss"}, {1}, {0.5}));
  EXPECT_EQ(points_of(database_, writer.run, "loss").size(), 1u);
}

TEST_F(MigrateTest, OneMigrationThatItCannotLiveWithIsEnough) {
  add("SELECT 1", 0);
  add("SELECT 1", 2);
  migrate(database_, add("SELECT 1", 0));
  const auto why = refusal();
  EXPECT_TRUE(holds(why, "schema version " + std::to_string(schema_version() + 3))) << why;
  EXPECT_TRUE(holds(why, std::to_string(schema_version() + 2) + " or newer")) << why;
  EXPECT_FALSE(schema_objection(database_, Migrations(list_).first(list_.size() - 1)));
}

TEST_F(MigrateTest, AnEditedMigrationIsNamed) {
  migrate(database_, add("SELECT 1", 0));
  list_.back().checksum = "edited";
  const auto why = refusal(list_);
  EXPECT_TRUE(holds(why, "migration " + std::to_string(list_.size()))) << why;
  EXPECT_TRUE(holds(why, "edited")) << why;
  list_.back().checksum = "checksum";
  EXPECT_NO_THROW(migrate(database_, list_));
  list_.back().name = "renamed";
  EXPECT_TRUE(holds(refusal(list_), "renamed"));
}

TEST_F(MigrateTest, TheFirstMigrationIsTheOneThatUsersHave) {
  migrate(database_);
  command("UPDATE schema_version SET checksum = 'another' WHERE version = 1");
  EXPECT_TRUE(holds(refusal(), "001_initial"));
}

// As a tracker-server from before checksums left it. `edition`: changes of what is there.
class AdoptTest : public MigrateTest {
 protected:
  void make_old(const std::string& edition) {
    std::ifstream file(TRACKER_SOURCE_DIR "/tracker-server/storage/migrations/001_initial.sql");
    command(std::string(std::istreambuf_iterator<char>(file), {}));
    command(
        "CREATE TABLE schema_version (version integer PRIMARY KEY, name text NOT NULL, applied_at "
        "timestamptz NOT NULL DEFAULT now()); INSERT INTO schema_version (version, name) VALUES "
        "(1, '001_initial');" +
        edition);
  }
  static constexpr const char* kEarlier =
      "DROP TABLE frame_quarantine; ALTER TABLE writer_stream DROP COLUMN forked;";
};

TEST_F(AdoptTest, ADatabaseWithoutChecksumsIsAdopted) {
  make_old("");
  migrate(database_);
  EXPECT_EQ(
      number("SELECT count(*) FROM schema_version WHERE version = 1 AND length(checksum) = 64"), 1);
  EXPECT_NO_THROW(migrate(database_));
}

TEST_F(AdoptTest, TheEarlierEditionIsBroughtForwardWithItsData) {
  make_old(
      std::string(kEarlier) +
      "INSERT INTO project VALUES (gen_random_uuid(), 'old', 1);"
      "INSERT INTO run (id, project_id, name, state, created_us) SELECT gen_random_uuid(), id, "
      "'r', 1, 1 FROM project; INSERT INTO writer_stream (run_id, writer_id, last_seen_us) "
      "SELECT id, gen_random_uuid(), 1 FROM run;");
  migrate(database_);
  EXPECT_EQ(number("SELECT count(*) FROM writer_stream WHERE NOT forked"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM frame_quarantine"), 0);
  TestWriter writer = make_writer(database_);
  log_rows(database_, writer, make_rows({"loss"}, {1}, {0.5}));
}

class ForeignTest : public AdoptTest, public testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(
    Editions, ForeignTest,
    testing::Values("ALTER TABLE writer_stream DROP COLUMN forked",
                    "ALTER TABLE frame_ring RENAME active TO x",
                    "UPDATE schema_version SET name = 'theirs'",
                    "INSERT INTO schema_version (version, name) VALUES (0, 'theirs')"));

TEST_P(ForeignTest, ADatabaseOfSomebodyElseIsLeftAlone) {
  make_old(GetParam());
  EXPECT_TRUE(holds(refusal(), "a database of its own"));
  EXPECT_EQ(number("SELECT count(*) FROM pg_attribute WHERE attname = 'checksum'"), 0);
}

TEST(Migrate, NoDatabaseIsUnavailable) {
  Database database({.dsn = "host=/nonexistent dbname=none"});
  try {
    database.ping();
    FAIL() << "answered";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnavailable);
  }
}

}  // namespace
}  // namespace tracker::storage
