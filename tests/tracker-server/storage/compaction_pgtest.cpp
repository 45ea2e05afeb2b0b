#include <array>
#include <string>

#include "storage/compaction.hpp"
#include "storage/frame_ring.hpp"
#include "storage/quarantine.hpp"
#include "storage/run_tail.hpp"
#include "storage/snapshot_contents.hpp"
#include "store_fixture.hpp"

namespace tracker::storage {
namespace {

using Compaction = StoreTest;

std::int64_t count(Database& database, const char* sql) {
  return database.pg()->run(sql).bigint(0, 0);
}

// Two keys, 5,000 steps in frames of 100: one full chunk a key, and a rest.
void log_some(Database& database, TestWriter& writer, std::int64_t first = 0) {
  for (std::int64_t frame = 0; frame < 50; ++frame) {
    std::vector<std::int64_t> steps;
    std::vector<double> values(200);
    for (std::int64_t r = 0; r < 100; ++r) {
      const std::int64_t step = first + frame * 100 + r;
      steps.push_back(step);
      values[static_cast<std::size_t>(r)] = static_cast<double>(step);
      values[static_cast<std::size_t>(100 + r)] = static_cast<double>(step) * 0.5;
    }
    log_rows(database, writer, make_rows({"a", "b"}, steps, values));
  }
}

void expect_whole(Database& database, core::RunId run, std::int64_t steps) {
  const core::Points points = points_of(database, run, "b");
  ASSERT_EQ(points.size(), static_cast<std::size_t>(steps));
  for (std::int64_t step = 0; step < steps; ++step)
    ASSERT_EQ(points.values[static_cast<std::size_t>(step)], static_cast<double>(step) * 0.5);
  RunSnapshot snapshot(database, run);
  ASSERT_EQ(snapshot.find_key("b")->stats.count, static_cast<std::uint64_t>(steps));
}

TEST_F(Compaction, KilledAtAnyTableItLeavesNoHarm) {
  TestWriter writer = make_writer(*database);
  log_some(*database, writer);
  database->pg()->command(R"sql(
    CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(10); RETURN NULL; END $$)sql");
  const std::array<std::string, 7> places{"INSERT ON axis_chunk",   "INSERT ON chunk",
                                          "INSERT ON pyramid",      "INSERT ON series_group",
                                          "INSERT ON series",       "UPDATE ON compaction",
                                          "UPDATE ON writer_stream"};
  for (const std::string& place : places) {
    const std::string table = place.substr(place.rfind(' ') + 1);
    database->pg()->command("CREATE TRIGGER die BEFORE " + place + " EXECUTE FUNCTION die()");
    try {
      compact_run(*database->pg(), writer.run);
      FAIL() << "survived " << place;
    } catch (const PgError& error) {
      EXPECT_TRUE(error.connection_lost()) << place << ": " << error.what();
    }
    database->pg()->command("DROP TRIGGER die ON " + table);
    EXPECT_EQ(count(*database, "SELECT count(*) FROM chunk"), 0) << place;
    expect_whole(*database, writer.run, 5'000);
  }
  const Compacted done = compact_run(*database->pg(), writer.run);
  EXPECT_EQ(done.frames, 50u);
  EXPECT_EQ(done.points, 10'000u);
  expect_whole(*database, writer.run, 5'000);
  EXPECT_EQ(compact_run(*database->pg(), writer.run).frames, 0u);
  expect_whole(*database, writer.run, 5'000);
}

TEST_F(Compaction, ARunThatIsBeingCompactedIsLeftToTheOther) {
  TestWriter writer = make_writer(*database);
  log_some(*database, writer);
  const Database::PgLease other = database->pg();
  PgTransaction transaction(*other);
  other->run("SELECT 1 FROM compaction FOR UPDATE");
  EXPECT_TRUE(compact_run(*database->pg(), writer.run).busy);
}

TEST_F(Compaction, SmallPiecesAreMergedAndFullChunksAreSealed) {
  TestWriter writer = make_writer(*database);
  for (std::int64_t step = 0; step < 5'000; step += 25) {
    std::vector<std::int64_t> steps;
    std::vector<double> values;
    for (std::int64_t s = step; s < step + 25; ++s) {
      steps.push_back(s);
      values.push_back(static_cast<double>(s) * 0.5);
    }
    log_rows(*database, writer, make_rows({"b"}, steps, values));
    compact_run(*database->pg(), writer.run);
    ASSERT_LE(count(*database, "SELECT count(*) FROM chunk WHERE n < 4096"), 12);
  }
  EXPECT_EQ(count(*database, "SELECT count(*) FROM chunk WHERE n = 4096"), 1);
  EXPECT_EQ(count(*database, "SELECT count(*) FROM pyramid WHERE level = 1"),
            2);  // of the key, and the edges
  expect_whole(*database, writer.run, 5'000);
}

TEST_F(Compaction, AnEndedRunKeepsOneChunkBehindTheFullOnes) {
  TestWriter writer = make_writer(*database);
  for (std::int64_t part = 0; part < 5; ++part) {
    const std::int64_t n = 64 >> part;
    std::vector<std::int64_t> steps;
    std::vector<double> values;
    for (std::int64_t s = 0; s < n; ++s) {
      steps.push_back(part * 1'000 + s);
      values.push_back(1);
    }
    log_rows(*database, writer, make_rows({"b"}, steps, values));
    compact_run(*database->pg(), writer.run);
  }
  EXPECT_GT(count(*database, "SELECT count(*) FROM chunk"), 1);
  spool::Frame end;
  end.records.push_back(spool::Finish{spool::EndState::kFinished, kNow, 0, std::nullopt, ""});
  log_frame(*database, writer, end);
  compact_run(*database->pg(), writer.run);
  EXPECT_EQ(count(*database, "SELECT count(*) FROM chunk"), 1);
  EXPECT_EQ(points_of(*database, writer.run, "b").size(), 124u);
}

TEST_F(Compaction, ManyKeySetsAreSplitAndNothingIsLost) {
  TestWriter writer = make_writer(*database);
  std::int64_t step = 0;
  for (int set = 0; set < 100; ++set) {
    std::vector<std::string> keys{"common", "k"};
    keys[1] += std::to_string(set);
    log_rows(*database, writer, make_rows(keys, {step, step + 1}, {1, 2, 3, 4}));
    step += 2;
  }
  while (compact_run(*database->pg(), writer.run).more) {
  }
  EXPECT_EQ(
      count(*database, "SELECT count(*) FROM series_group WHERE array_length(key_ids, 1) > 1"), 64);
  EXPECT_EQ(points_of(*database, writer.run, "common").size(), 200u);
  EXPECT_EQ(points_of(*database, writer.run, "k99").values, (std::vector<double>{3, 4}));
}

// A frame that was acknowledged and cannot be decoded, as a defect or a bad disk might leave one.
void log_garbage(Database& database, TestWriter& writer) {
  Chain chain = make_chain(writer, spool::Frame{});
  chain.parts.front().payload = "this is no frame";
  writer.offset = commit_one(database, chain).acked;
}

TEST_F(Compaction, AFrameThatCannotBeDecodedIsSetAsideAndTheOthersAreCompacted) {
  TestWriter writer = make_writer(*database);
  log_rows(*database, writer, make_rows({"b"}, {0, 1}, {0, 0.5}));
  log_garbage(*database, writer);
  log_rows(*database, writer, make_rows({"b"}, {2}, {1}));
  EXPECT_THROW(compact_run(*database->pg(), writer.run), Error);
  const std::uint64_t before = find_run(*database, writer.run)->version;
  const auto moved = compact_past_bad_frames(*database->pg(), writer.run, kNow);
  ASSERT_EQ(moved.size(), 1u);
  EXPECT_EQ(moved[0].from, 100);
  EXPECT_EQ(moved[0].to, 200);
  EXPECT_NE(moved[0].reason.find("version"), std::string::npos) << moved[0].reason;
  EXPECT_EQ(count_quarantined(*database->pg()), 1);
  EXPECT_EQ(count(*database,
                  "SELECT count(*) FROM frame_quarantine q JOIN frame f "
                  "USING (stream_id, from_offset) WHERE q.payload = f.payload"),
            1);
  expect_whole(*database, writer.run, 3);
  EXPECT_GT(find_run(*database, writer.run)->version, before);
  EXPECT_TRUE(compact_past_bad_frames(*database->pg(), writer.run, kNow).empty());

  const RingLimits small{.slot_bytes = 1, .slot_age_us = 1};
  EXPECT_TRUE(maintain_frame_ring(*database, kNow, small).moved);
  EXPECT_EQ(maintain_frame_ring(*database, kNow, small).truncated, 1);
  EXPECT_EQ(count_quarantined(*database->pg()), 1);
}

TEST_F(Compaction, AFrameThatTheDatabaseRefusesIsSetAside) {
  TestWriter writer = make_writer(*database);
  TestWriter other = make_writer(*database, writer.run);
  log_rows(*database, writer, make_rows({"poison"}, {1}, {1}));
  log_rows(*database, other, make_rows({"b"}, {0}, {0}));
  database->pg()->command("ALTER TABLE metric_key ADD CHECK (name <> 'poison')");
  EXPECT_EQ(compact_past_bad_frames(*database->pg(), writer.run, kNow).size(), 1u);
  expect_whole(*database, writer.run, 1);
}

TEST_F(Compaction, OnlyDataFaultsSetFramesAside) {
  TestWriter writer = make_writer(*database);
  log_rows(*database, writer, make_rows({"b"}, {0}, {0}));
  database->pg()->command("ALTER TABLE series RENAME TO elsewhere");
  EXPECT_THROW(compact_past_bad_frames(*database->pg(), writer.run, kNow), PgError);
  EXPECT_EQ(count_quarantined(*database->pg()), 0);
  database->pg()->command("ALTER TABLE elsewhere RENAME TO series");
  EXPECT_TRUE(compact_past_bad_frames(*database->pg(), writer.run, kNow).empty());
  expect_whole(*database, writer.run, 1);
}

TEST_F(Compaction, AReaderTakesNoMoreOfWhatWaitsThanItsLimits) {
  TestWriter writer = make_writer(*database);
  log_some(*database, writer);
  const Database::PgLease connection = database->pg();
  EXPECT_EQ(RunTail(*connection, writer.run).rows().groups().size(), 1u);
  for (const TailLimits& limits : {TailLimits{.payload_bytes = 1'000}, TailLimits{.values = 9'999}})
    try {
      RunTail(*connection, writer.run, limits).rows();
      FAIL() << "was read";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUnavailable);
      EXPECT_NE(std::string(error.what()).find("not compacted"), std::string::npos);
    }
}

TEST_F(Compaction, AReaderOfManyRunsTakesNoMoreOfAllThanItsLimits) {
  TestWriter one = make_writer(*database), other = make_writer(*database);
  log_some(*database, one);
  log_some(*database, other);
  const Database::PgLease connection = database->pg();
  const auto read = [&](std::optional<std::vector<std::string>> names) {
    SnapshotContents(*connection, std::array{one.run, other.run}, std::move(names),
                     {.values = 19'999});
  };
  EXPECT_NO_THROW(read(std::vector<std::string>{"a"}));  // what is left out does not count
  try {
    read(std::nullopt);
    FAIL() << "was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnavailable);
  }
}

TEST_F(Compaction, TheRingIsTruncatedOnlyWhenNothingInItLives) {
  TestWriter writer = make_writer(*database);
  log_some(*database, writer);
  const RingLimits small{.slot_bytes = 1, .slot_age_us = 1};
  EXPECT_TRUE(maintain_frame_ring(*database, kNow, small).moved);
  EXPECT_EQ(maintain_frame_ring(*database, kNow, small).truncated, 0);  // its frames live
  expect_whole(*database, writer.run, 5'000);
  while (compact_run(*database->pg(), writer.run).more) {
  }
  {
    RunSnapshot reader(*database, writer.run);
    EXPECT_EQ(maintain_frame_ring(*database, kNow, small).truncated, 0);  // a reader is at it
  }
  EXPECT_EQ(maintain_frame_ring(*database, kNow, small).truncated, 1);
  EXPECT_EQ(count(*database, "SELECT count(*) FROM frame"), 0);
  expect_whole(*database, writer.run, 5'000);
}

TEST_F(Compaction, TheRingGoesRoundWhileDataArrive) {
  TestWriter writer = make_writer(*database);
  const RingLimits small{.slot_bytes = 1, .slot_age_us = 1};
  for (std::int64_t round = 0; round < 10; ++round) {
    log_some(*database, writer, round * 5'000);
    maintain_frame_ring(*database, kNow, small);
    compact_run(*database->pg(), writer.run);
  }
  while (compact_run(*database->pg(), writer.run).more) {
  }
  expect_whole(*database, writer.run, 50'000);
}

}  // namespace
}  // namespace tracker::storage
