#include <set>

#include "storage/frame_tails.hpp"
#include "storage/run_versions.hpp"
#include "storage/runs.hpp"
#include "store_fixture.hpp"

namespace tracker::storage {
namespace {

class FrameTails : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    writer = make_writer(*database);
  }
  // A frame of one row takes 100 bytes of the log.
  void log(TestWriter& target, std::int64_t step) {
    log_rows(*database, target, make_rows({"loss"}, {step}, {0.5}));
  }
  FrameTail read(const std::optional<LogPosition>& from, const TailReadLimits& limits = {}) {
    const TailRequest request{writer.run, from};
    return read_frame_tails(*database->pg(), {&request, 1}, limits).front();
  }
  static std::vector<std::int64_t> steps_of(const FrameTail& tail) {
    std::vector<std::int64_t> steps;
    for (const TailFrame& frame : tail.frames)
      steps.push_back(frame.frame->groups.front().steps.front());
    return steps;
  }

  TestWriter writer;
};
using Steps = std::vector<std::int64_t>;

TEST_F(FrameTails, WhatLiesBehindIsReadInCommitOrder) {
  TestWriter other = make_writer(*database, writer.run);
  log(writer, 1);
  log(other, 2);
  log(writer, 3);
  const FrameTail all = read(LogPosition{});
  EXPECT_EQ(steps_of(all), (Steps{1, 2, 3}));
  EXPECT_EQ(all.writers.at(writer.writer).begin, 0u);
  EXPECT_EQ(all.writers.at(writer.writer).end, 200u);
  EXPECT_EQ(all.frames[2].from, 100u);
  EXPECT_EQ(steps_of(read(LogPosition{{writer.writer, 100}, {other.writer, 100}})), (Steps{3}));
  EXPECT_TRUE(read(LogPosition{{writer.writer, 200}, {other.writer, 100}}).frames.empty());
}

TEST_F(FrameTails, WithoutAPositionItSaysWhereTheWritersStand) {
  log(writer, 1);
  const FrameTail tail = read(std::nullopt);
  EXPECT_TRUE(tail.frames.empty());
  EXPECT_EQ(tail.writers.at(writer.writer).begin, 100u);
  EXPECT_EQ(tail.writers.at(writer.writer).end, 100u);
}

TEST_F(FrameTails, CompactedFramesAreReadAsLongAsTheyAreThere) {
  log(writer, 1);
  log(writer, 2);
  compact_run(*database->pg(), writer.run);
  EXPECT_EQ(steps_of(read(LogPosition{})), (Steps{1, 2}));
  database->pg()->command("DELETE FROM frame WHERE from_offset = 0");
  EXPECT_EQ(steps_of(read(LogPosition{})), (Steps{2}));
  EXPECT_EQ(read(LogPosition{}).writers.at(writer.writer).begin, 100u);
  log(writer, 3);
  database->pg()->command("DELETE FROM frame WHERE from_offset = 100");
  EXPECT_EQ(steps_of(read(LogPosition{})), (Steps{3})) << "behind a gap nothing counts";
  database->pg()->command("TRUNCATE frame");
  EXPECT_TRUE(read(LogPosition{}).frames.empty());
  EXPECT_EQ(read(LogPosition{}).writers.at(writer.writer).begin, 300u);
}

TEST_F(FrameTails, AFrameThatDoesNotDecodeIsPassedOver) {
  log(writer, 1);
  Chain chain = make_chain(writer, spool::Frame{});
  chain.parts.front().payload = "this is no frame";
  writer.offset = commit_one(*database, chain).acked;
  log(writer, 3);
  const FrameTail tail = read(LogPosition{});
  EXPECT_EQ(steps_of(tail), (Steps{3}));
  EXPECT_EQ(tail.writers.at(writer.writer).begin, 200u);
}

TEST_F(FrameTails, WhoIsTooFarBehindGetsTheNewestOrNothing) {
  for (int step = 0; step < 10; ++step) log(writer, step);
  const std::int64_t one =
      database->pg()->run("SELECT max(octet_length(payload))::bigint FROM frame").bigint(0, 0);
  const FrameTail newest = read(LogPosition{}, {.payload_bytes = 3 * one});
  EXPECT_EQ(steps_of(newest).back(), 9);
  EXPECT_LT(newest.frames.size(), 10u);
  EXPECT_EQ(newest.writers.at(writer.writer).begin, newest.frames.front().from);
  const FrameTail none = read(LogPosition{}, {.log_bytes = 999});
  EXPECT_TRUE(none.frames.empty());
  EXPECT_EQ(none.writers.at(writer.writer).begin, 1000u);
}

TEST_F(FrameTails, ARunThatIsGoneHasNoWriters) {
  const TailRequest request{core::RunId::random(), LogPosition{}};
  const auto tails = read_frame_tails(*database->pg(), {&request, 1});
  EXPECT_TRUE(tails.front().writers.empty());
  EXPECT_TRUE(tails.front().frames.empty());
}

TEST_F(FrameTails, VersionsAreThoseOfRunningYoungAndNamedRunsOfTheProjects) {
  TestWriter elsewhere = make_writer(*database, core::RunId::random(), "other");
  TestWriter ended = make_writer(*database);
  database->pg()->command("UPDATE run SET state = 2 WHERE id = '" + ended.run.text() + "'");
  const auto runs = [&](const VersionRequest& request) {
    std::set<core::RunId> found;
    for (const RunVersion& version : run_versions(*database->pg(), request)) {
      EXPECT_EQ(version.version, find_run(*database, version.run)->version);
      found.insert(version.run);
    }
    return found;
  };
  EXPECT_EQ(runs({{"imdb"}, kNow + 1, {}}), std::set{writer.run});
  EXPECT_EQ(runs({{"imdb"}, kNow, {}}), (std::set{writer.run, ended.run}));
  EXPECT_EQ(runs({{"imdb"}, kNow + 1, {ended.run, elsewhere.run}}),
            (std::set{writer.run, ended.run}));
  EXPECT_EQ(runs({{"imdb", "other"}, kNow + 1, {}}), (std::set{writer.run, elsewhere.run}));
}

}  // namespace
}  // namespace tracker::storage
