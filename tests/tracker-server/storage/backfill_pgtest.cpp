// The long part of migrations.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "migrate_fixture.hpp"
#include "storage/backfill.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kFill =
    "CREATE TABLE item (id bigint PRIMARY KEY, done integer NOT NULL DEFAULT 0); INSERT INTO item "
    "SELECT generate_series(1, 1000)";
constexpr const char* kBatch = R"sql(
  WITH part AS (SELECT id FROM item WHERE id > coalesce(nullif($1, ''), '0')::bigint ORDER BY id LIMIT 100),
  changed AS (UPDATE item SET done = done + 1 FROM part WHERE item.id = part.id)
  SELECT max(id)::text FROM part)sql";

TEST_F(MigrateTest, BatchesRunAfterTheSchemaAndGoOnWhereTheyWereLeft) {
  const auto known = add(kFill, 0, kBatch);
  migrate(database_, known);
  EXPECT_EQ(number("SELECT sum(done) FROM item"), 0);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(run_batch(database_, known).ran);
  EXPECT_EQ(number("SELECT sum(done) FROM item"), 300);
  Database other(database_.options());  // the next server
  migrate(other, known);
  EXPECT_EQ(number("SELECT sum(done) FROM item"), 300);
  finish_batches(other, known);
  EXPECT_EQ(number("SELECT sum(done) FROM item WHERE done = 1"), 1000);
  EXPECT_EQ(number("SELECT count(*) FROM schema_backfill WHERE finished_at IS NOT NULL"), 1);
  EXPECT_FALSE(run_batch(other, known).unfinished);
}

TEST_F(MigrateTest, ABatchThatIsKilledIsDoneAgainAndCountsOnce) {
  const auto known = add(kFill, 0, kBatch);
  migrate(database_, known);
  run_batch(database_, known);
  list_.back().batch =
      "WITH changed AS (UPDATE item SET done = done + 1 WHERE id BETWEEN 101 AND 200 RETURNING id) "
      "SELECT max(id)::text || $1 || pg_terminate_backend(pg_backend_pid()) FROM changed";
  EXPECT_THROW(run_batch(database_, list_), Error);
  EXPECT_EQ(number("SELECT sum(done) FROM item"), 100);
  list_.back().batch = kBatch;
  finish_batches(database_, list_);
  EXPECT_EQ(number("SELECT sum(done) FROM item WHERE done = 1"), 1000);
}

TEST_F(MigrateTest, ServersShareTheBatchesAndTheNextMigrationWaitsForThem) {
  const auto first = add(kFill, 0, kBatch);
  migrate(database_, first);
  {
    std::vector<std::jthread> servers;
    for (int i = 0; i < 3; ++i)
      servers.emplace_back([&] {
        Database own(database_.options());
        Backfill backfill(
            own, {.pause = std::chrono::milliseconds(1), .retry = std::chrono::milliseconds(1)},
            first);
        backfill.start();
        EXPECT_NO_THROW(migrate(own, first));
      });
  }
  const auto both = add("CREATE TABLE after AS SELECT sum(done) AS n FROM item", 1);
  migrate(database_, both);
  EXPECT_EQ(number("SELECT n::bigint FROM after"), 1000);
}

// A server of this version ingests all the while: the schema changes under it, a newer one writes
// too, batches run.
TEST_F(MigrateTest, IngestGoesOnOverBothWhileANewerServerMigrates) {
  migrate(database_);
  constexpr const char* kColour =
      "ALTER TABLE writer_stream ADD COLUMN colour text; CREATE INDEX ON run (name)";
  constexpr const char* kPaint = R"sql(
    WITH part AS (SELECT id FROM writer_stream WHERE id > coalesce(nullif($1, ''), '0')::bigint ORDER BY id LIMIT 1),
    changed AS (UPDATE writer_stream SET colour = 'red' FROM part WHERE writer_stream.id = part.id)
    SELECT max(id)::text FROM part)sql";
  const auto newer = add(kColour, 0, kPaint);
  std::atomic<bool> done = false;
  std::atomic<int> rows = 0;
  const auto ingest = [&](Database& database) {
    TestWriter writer = make_writer(database);
    for (int step = 0; !done || step < 20; ++step, ++rows)
      log_rows(database, writer, make_rows({"loss"}, {step}, {0.5}));
    EXPECT_EQ(points_of(database, writer.run, "loss").size(), writer.offset / 100);
  };
  Database mine(database_.options()), theirs(database_.options());
  std::jthread old_server([&] { ingest(mine); });
  EXPECT_NO_THROW(migrate(theirs, newer));  // a deadlock with a Hello is tried again
  {
    std::jthread new_server([&] { ingest(theirs); });
    EXPECT_NO_THROW(finish_batches(theirs, newer));
    done = true;
  }
  old_server.join();
  EXPECT_FALSE(schema_objection(mine));
  EXPECT_GE(rows, 40);
}

}  // namespace
}  // namespace tracker::storage
