#include <latch>
#include <thread>

#include <tracker/error.hpp>

#include "storage/runs.hpp"
#include "storage/streams.hpp"
#include "store_fixture.hpp"

namespace tracker::storage {
namespace {

using Streams = StoreTest;

spool::Frame one_point(double value) {
  spool::Frame frame;
  frame.groups.push_back(make_rows({"loss"}, {1}, {value}));
  return frame;
}

std::size_t count_frames(Database& database) {
  return static_cast<std::size_t>(database.pg()->run("SELECT count(*) FROM frame").bigint(0, 0));
}

TEST_F(Streams, FirstHelloMakesProjectRunAndWriter) {
  const TestWriter writer = make_writer(*database);
  EXPECT_EQ(writer.registered.acked, 0u);
  EXPECT_EQ(writer.registered.epoch, 1u);
  EXPECT_TRUE(writer.registered.run_changed);
  const auto run = find_run(*database, writer.run);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->project, "imdb");
  EXPECT_EQ(run->state, core::RunState::kRunning);
  EXPECT_EQ(run->name, writer.run.text().substr(0, 8));
}

TEST_F(Streams, HellosThatMakeOneProjectAtTheSameTimeAllSucceed) {
  for (int round = 0; round < 20; ++round) {
    std::string project("p");
    project += std::to_string(round);
    std::vector<std::jthread> writers;
    std::latch together(4);
    for (int i = 0; i < 4; ++i)
      writers.emplace_back([&] {
        together.arrive_and_wait();
        EXPECT_NO_THROW(make_writer(*database, core::RunId::random(), project));
      });
    writers.clear();
    EXPECT_EQ(find_project(*database, project)->run_count, 4);
  }
}

TEST_F(Streams, SecondHelloRaisesTheEpochAndKeepsTheOffset) {
  TestWriter writer = make_writer(*database);
  log_frame(*database, writer, one_point(1));
  const RegisteredWriter again =
      register_writer(*database, {writer.run, writer.writer, "imdb", kNow});
  EXPECT_EQ(again.epoch, 2u);
  EXPECT_EQ(again.acked, writer.offset);
  EXPECT_FALSE(again.run_changed);
}

TEST_F(Streams, HelloForAnotherProjectIsRefused) {
  const TestWriter writer = make_writer(*database);
  try {
    register_writer(*database, {writer.run, core::WriterId::random(), "other", kNow});
    FAIL() << "was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kFailedPrecondition);
    EXPECT_NE(std::string(error.what()).find("another project than 'other'"), std::string::npos);
    EXPECT_EQ(std::string(error.what()).find("imdb"), std::string::npos) << "may be another's";
  }
}

TEST_F(Streams, DuplicateFrameIsNotStoredTwice) {
  TestWriter writer = make_writer(*database);
  const Chain chain = make_chain(writer, one_point(1));
  EXPECT_EQ(commit_one(*database, chain).state, CommitState::kCommitted);
  const ChainResult again = commit_one(*database, chain);
  EXPECT_EQ(again.state, CommitState::kRewind);
  EXPECT_EQ(again.acked, 100u);
  EXPECT_EQ(count_frames(*database), 1u);
}

TEST_F(Streams, FrameThatLeavesAGapIsNotStored) {
  TestWriter writer = make_writer(*database);
  writer.offset = 50;
  const ChainResult result = commit_one(*database, make_chain(writer, one_point(1)));
  EXPECT_EQ(result.state, CommitState::kRewind);
  EXPECT_EQ(result.acked, 0u);
  EXPECT_EQ(count_frames(*database), 0u);
}

TEST_F(Streams, OldEpochIsSupersededAndStoresNothing) {
  TestWriter zombie = make_writer(*database);
  register_writer(*database, {zombie.run, zombie.writer, "imdb", kNow});
  EXPECT_EQ(commit_one(*database, make_chain(zombie, one_point(1))).state,
            CommitState::kSuperseded);
  EXPECT_EQ(count_frames(*database), 0u);
}

// A database that was put back to an older state knows an older epoch. Nobody newer delivers then:
// the stream is to register again.
TEST_F(Streams, EpochBeyondTheDatabasesIsUnknownAndStoresNothing) {
  TestWriter writer = make_writer(*database);
  const RegisteredWriter again =
      register_writer(*database, {writer.run, writer.writer, "imdb", kNow});
  Chain chain = make_chain(writer, one_point(1));
  chain.epoch = again.epoch;
  database->pg()->command("UPDATE writer_stream SET epoch = 1");
  EXPECT_EQ(commit_one(*database, chain).state, CommitState::kUnknown);
  EXPECT_EQ(count_frames(*database), 0u);
}

// As after the same: numbers of streams are given away again.
TEST_F(Streams, NumberThatBelongsToAnotherWriterByNowTakesNoFrame) {
  TestWriter before = make_writer(*database);
  const Chain chain = make_chain(before, one_point(1));
  database->pg()->command("UPDATE writer_stream SET writer_id = gen_random_uuid()");
  EXPECT_EQ(commit_one(*database, chain).state, CommitState::kUnknown);
  EXPECT_EQ(count_frames(*database), 0u);
}

TEST_F(Streams, OneGroupMayHoldGoodAndBadChains) {
  TestWriter good = make_writer(*database);
  TestWriter gap = make_writer(*database, good.run);
  gap.offset = 7;
  TestWriter other = make_writer(*database, core::RunId::random(), "second");
  std::vector<Chain> group;
  group.push_back(make_chain(good, one_point(1)));
  group.push_back(make_chain(gap, one_point(2)));
  group.push_back(make_chain(other, one_point(3)));
  const auto results = commit_chains(*database->pg(), group, kNow);
  EXPECT_EQ(results[0].state, CommitState::kCommitted);
  EXPECT_EQ(results[1].state, CommitState::kRewind);
  EXPECT_EQ(results[2].state, CommitState::kCommitted);
  EXPECT_EQ(count_frames(*database), 2u);
}

TEST_F(Streams, FramesOfAChainKeepTheirOrder) {
  TestWriter writer = make_writer(*database);
  Chain chain = make_chain(writer, one_point(0));
  for (int i = 1; i < 20; ++i) {
    spool::Frame frame = one_point(i);
    std::string payload = spool::encode_frame(frame);
    const std::uint64_t from = chain.parts.back().to;
    chain.parts.push_back({from, from + 100, payload, std::make_shared<const spool::Frame>(frame)});
  }
  ASSERT_EQ(commit_one(*database, chain).state, CommitState::kCommitted);
  // All twenty have step 1: the last one wins only if the order was kept.
  const core::Points points = points_of(*database, writer.run, "loss");
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points.values[0], 19);
}

TEST_F(Streams, RecordsChangeTheRunInTheSameTransaction) {
  TestWriter writer = make_writer(*database);
  spool::Frame frame;
  spool::RunStart start;
  start.name = "brave-run";
  start.group = "g";
  start.tags = {"a", "b,\"c\""};
  start.started_us = kNow - 5'000'000;
  start.environment_json = R"({"host":"h"})";
  frame.records = {start,
                   spool::Config{kNow, R"({"lr":0.1,"net":{"depth":2}})"},
                   spool::Config{kNow, R"({"net":{"width":8}})"},
                   spool::Config{kNow, "not json"},
                   spool::Summary{kNow, R"({"best":"NaN"})"},
                   spool::Notes{"note"},
                   spool::MetricDefinition{"eval/*", R"({"summary":"max"})"}};
  log_frame(*database, writer, frame);
  const auto run = find_run(*database, writer.run);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->name, "brave-run");
  EXPECT_EQ(run->group, "g");
  EXPECT_EQ(run->tags, (std::vector<std::string>{"a", "b,\"c\""}));
  EXPECT_EQ(run->created_us, kNow - 5'000'000);
  EXPECT_EQ(run->config_json, R"({"lr": 0.1, "net": {"depth": 2, "width": 8}})");
  EXPECT_EQ(run->summary_json, R"({"best": "NaN"})");
  EXPECT_EQ(run->notes, "note");
  const RunDefinitions definitions = metric_definitions(*database, std::vector{writer.run});
  ASSERT_EQ(definitions.at(writer.run).size(), 1u);
  const auto found = find_runs_by_name(*database, "imdb", "brave-run");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].id, writer.run);
}

TEST_F(Streams, GapIsToldInTheEnvironment) {
  TestWriter writer = make_writer(*database);
  spool::Frame frame;
  frame.records = {spool::Gap{kNow, kNow + 5, 7, "no room on the disk"}};
  log_frame(*database, writer, frame);
  const auto run = find_run(*database, writer.run);
  ASSERT_TRUE(run);
  const std::string gap = R"({"gaps": {")" + std::to_string(kNow) + R"(": {"to_us": )" +
                          std::to_string(kNow + 5) +
                          R"(, "reason": "no room on the disk", "dropped": 7}}})";
  EXPECT_EQ(run->environment_json, gap);
}

TEST_F(Streams, VersionRisesWithEveryCommit) {
  TestWriter writer = make_writer(*database);
  const std::uint64_t before = find_run(*database, writer.run)->version;
  log_frame(*database, writer, one_point(1));
  const std::uint64_t after = find_run(*database, writer.run)->version;
  EXPECT_GT(after, before);
  compact_run(*database->pg(), writer.run);
  EXPECT_EQ(find_run(*database, writer.run)->version, after);  // the data are the same
}

TEST_F(Streams, PagesOfRunsAreWholeAndInOrder) {
  std::vector<core::RunId> made;
  for (int i = 0; i < 5; ++i) made.push_back(make_writer(*database).run);
  const auto project = find_project(*database, "imdb");
  ASSERT_TRUE(project);
  EXPECT_EQ(project->run_count, 5);
  std::vector<core::RunId> seen;
  RunPage page{.limit = 2, .after = std::nullopt};
  for (;;) {
    const auto runs = list_runs(*database, project->id, page);
    if (runs.empty()) break;
    for (const auto& run : runs) seen.push_back(run.id);
    page.after = {{runs.back().created_us, runs.back().id}};
  }
  std::sort(made.begin(), made.end(), std::greater<>());  // all were made at the same moment
  EXPECT_EQ(seen, made);
}

}  // namespace
}  // namespace tracker::storage
