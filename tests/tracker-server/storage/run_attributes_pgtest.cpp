#include <gtest/gtest.h>

#include "run_table_fixture.hpp"
#include "storage/migrations.hpp"
#include "storage/run_attributes.hpp"

namespace tracker::storage {
namespace {

class RunAttributesTest : public RunTableTest {
 protected:
  std::int64_t count(const char* sql) { return database->pg()->run(sql).bigint(0, 0); }
  std::int64_t attributes() { return count("SELECT count(*) FROM run_attribute"); }
  std::int64_t marks() { return count("SELECT count(*) FROM attribute_mark"); }
  std::vector<core::RunId> due(std::int64_t now) {
    return runs_to_refresh(*database->pg(), now, 100);
  }
};

TEST_F(RunAttributesTest, FollowConfigSummaryAndMetricsOfARun) {
  TestWriter writer = make_writer(*database);
  spool::Frame frame;
  frame.groups.push_back(make_rows({"loss"}, {1, 2, 3}, {2, 8, 5}));
  frame.records.push_back(
      spool::Config{.time_us = kNow, .json = R"({"lr":0.1,"opt":{"name":"adam"},"gone":1})"});
  frame.records.push_back(spool::MetricDefinition{"loss", R"({"goal":"minimize"})"});
  log_frame(*database, writer, frame);
  ASSERT_EQ(due(kNow), std::vector<core::RunId>{writer.run});
  EXPECT_TRUE(refresh_attributes(*database->pg(), writer.run, kNow));
  EXPECT_EQ(attributes(), 3);  // frames are not compacted: no statistics yet
  EXPECT_EQ(marks(), 0);
  compact_run(*database->pg(), writer.run);
  // A live run waits for some seconds.
  EXPECT_TRUE(due(kNow).empty());
  ASSERT_EQ(due(kNow + 10'000'000).size(), 1u);
  EXPECT_TRUE(refresh_attributes(*database->pg(), writer.run, kNow + 10'000'000));
  // last, min, max, mean, best of loss, and its summary
  EXPECT_EQ(attributes(), 9);
  EXPECT_EQ(count("SELECT num::bigint FROM run_attribute a JOIN attribute_key k ON k.id = a.key_id "
                  "WHERE k.source = 7"),
            2);
}

TEST_F(RunAttributesTest, AClockThatWasSetBackDelaysNothing) {
  TestWriter writer = make_writer(*database);
  log_rows(*database, writer, make_rows({"loss"}, {1}, {2}));
  refresh_attributes(*database->pg(), writer.run, kNow);
  mark_attributes(*database->pg(), writer.run, Urgency::kWhenDue);
  EXPECT_TRUE(due(kNow).empty());
  EXPECT_EQ(due(kNow - core::kMinuteUs * 60).size(), 1u);
}

TEST_F(RunAttributesTest, WhatEndsIsRefreshedAtOnceAndWhatGoesIsTakenAway) {
  TestWriter writer = make_writer(*database);
  spool::Frame frame;
  frame.records.push_back(spool::Config{.time_us = kNow, .json = R"({"a":1,"b":"x"})"});
  log_frame(*database, writer, frame);
  EXPECT_TRUE(refresh_attributes(*database->pg(), writer.run, kNow));
  EXPECT_EQ(attributes(), 2);
  spool::Frame end;
  spool::Finish finish;
  finish.time_us = kNow;
  end.records.push_back(spool::Config{.time_us = kNow, .json = R"({"a":null,"b":2})"});
  end.records.push_back(finish);
  log_frame(*database, writer, end);
  ASSERT_EQ(due(kNow).size(), 1u);
  EXPECT_TRUE(refresh_attributes(*database->pg(), writer.run, kNow));
  EXPECT_EQ(attributes(), 1);
  EXPECT_EQ(count("SELECT num::bigint FROM run_attribute"), 2);
}

TEST_F(RunAttributesTest, ADeletedRunLeavesNothing) {
  auto run = make_run();
  run.attributes[{1, "lr"}] = 1.0;
  run.tags = {"x", "y"};
  add(run);
  auto other = make_run();
  other.attributes[{1, "lr"}] = 2.0;
  add(other);
  refresh();
  mark_attributes(*database->pg(), run.id, Urgency::kAtOnce);
  database->pg()->run("DELETE FROM run WHERE id = $1", PgParams().uuid(run.id.uuid().bytes));
  EXPECT_EQ(attributes(), 1);
  EXPECT_EQ(count("SELECT count(*) FROM run_tag"), 0);
  EXPECT_TRUE(refresh_attributes(*database->pg(), run.id, kNow));
  EXPECT_EQ(marks(), 0);
}

TEST_F(RunAttributesTest, OneRefreshOfARunAtATimeAndAKilledOneLeavesTheMark) {
  auto run = make_run();
  run.attributes[{1, "lr"}] = 1.0;
  add(run);
  {
    const auto other = database->pg();
    PgTransaction half_way(*other);
    other->run("SELECT pg_advisory_xact_lock(718034, no) FROM run");
    EXPECT_FALSE(refresh_attributes(*database->pg(), run.id, kNow));
    EXPECT_EQ(marks(), 1);
  }
  EXPECT_TRUE(refresh_attributes(*database->pg(), run.id, kNow));
  EXPECT_EQ(attributes(), 1);
}

TEST_F(RunAttributesTest, TagsAreThoseOfTheRow) {
  auto run = make_run();
  run.tags = {"a", "b"};
  add(run);
  database->pg()->command("UPDATE run SET tags = '{b,c,c}'");
  EXPECT_EQ(count("SELECT count(*) FROM run_tag WHERE tag IN ('b', 'c')"), 2);
  EXPECT_EQ(count("SELECT count(*) FROM run_tag"), 2);
}

TEST(RunAttributesMigration, AnOlderDatabaseIsFilledInByTheJob) {
  Database database({.dsn = test::PostgresCluster::instance().fresh_database()});
  const auto connection = database.pg();
  connection->command(std::string(migrations()[0].sql));
  connection->command(
      "CREATE TABLE schema_version (version integer PRIMARY KEY, name text NOT NULL, "
      "applied_at timestamptz NOT NULL DEFAULT now()); INSERT INTO schema_version (version, name) "
      "VALUES (1, '001_initial');"
      "INSERT INTO project VALUES ('00000000-0000-0000-0000-000000000001', 'old', 0);"
      "INSERT INTO run (id, project_id, name, state, created_us, tags, config) SELECT "
      "gen_random_uuid(), "
      "'00000000-0000-0000-0000-000000000001', 'r', 2, i, '{t}', jsonb_build_object('lr', i) FROM "
      "generate_series(1, 20) i");
  migrate(database);
  const auto runs = runs_to_refresh(*connection, kNow, 100);
  EXPECT_EQ(runs.size(), 20u);
  for (const auto& run : runs) EXPECT_TRUE(refresh_attributes(*connection, run, kNow));
  EXPECT_EQ(
      connection->run("SELECT count(*) FROM run_attribute WHERE num IS NOT NULL").bigint(0, 0), 20);
  EXPECT_EQ(connection->run("SELECT count(*) FROM run_tag WHERE tag = 't'").bigint(0, 0), 20);
}

}  // namespace
}  // namespace tracker::storage
