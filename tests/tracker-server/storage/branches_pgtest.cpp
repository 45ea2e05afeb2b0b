#include <numeric>
#include <thread>
#include <tuple>

#include "branches_fixture.hpp"
#include "storage/deletion.hpp"
#include "storage/logs.hpp"
#include "storage/media.hpp"
#include "storage/purge.hpp"
#include "storage/resume.hpp"

namespace tracker::storage {
namespace {

TEST_F(BranchesTest, AForkBeginsAsItsParentWasAndNothingIsCopied) {
  TestWriter parent = begin();
  log(parent, {0, 1, 2, 3, 4}, 1);
  TestWriter child = fork(parent.run, 2);
  EXPECT_EQ(fork_note(child.run), "");
  log(child, {3, 4}, 2);
  log(parent, {5}, 1);
  const History wanted = {{0, 1}, {1, 1}, {2, 1}, {3, 2}, {4, 2}};
  EXPECT_EQ(history(child.run), wanted);
  EXPECT_EQ(chart(child.run), wanted);
  EXPECT_EQ(history(parent.run).size(), 6u);
  compact(parent.run);
  compact(child.run);
  EXPECT_EQ(history(child.run), wanted);
  EXPECT_EQ(chart(child.run), wanted);
  const auto rows = database->pg()->run("SELECT coalesce(sum(rows), 0)::bigint FROM series_group");
  EXPECT_EQ(rows.bigint(0, 0), 8) << "six rows of the parent, two of the child";
}

TEST_F(BranchesTest, StatisticsOfAForkHaveTheInheritedPart) {
  TestWriter parent = begin();
  log(parent, {0, 1}, -5);
  log(parent, {2, 3}, 100);
  compact(parent.run);
  TestWriter child = fork(parent.run, 1);
  EXPECT_EQ(next_step_of(*database, child.run), 4) << "as the parent's, until it was compacted";
  compact(child.run);
  EXPECT_EQ(stats(child.run).last_step, 1);
  EXPECT_EQ(stats(child.run).max, -5);
  log(child, {2}, 7);
  EXPECT_EQ(stats(child.run).last_step, 2);
  EXPECT_EQ(stats(child.run).min, -5);
  EXPECT_EQ(stats(child.run).max, 7);
  EXPECT_EQ(stats(child.run).count, 3u);
  compact(child.run);
  EXPECT_EQ(stats(child.run).count, 3u);
  EXPECT_EQ(compacted_keys(*database, std::vector{child.run})[0].keys[0].stats.min, -5);
}

TEST_F(BranchesTest, AForkThatIsCompactedBeforeItsParentHasTheParentsRows) {
  TestWriter parent = begin();
  log(parent, {0, 1, 2}, 1);
  TestWriter child = fork(parent.run, 1);
  compact(child.run);
  compact(parent.run);
  EXPECT_EQ(history(child.run), (History{{0, 1}, {1, 1}}));
  EXPECT_EQ(chart(child.run), (History{{0, 1}, {1, 1}}));
  log(child, {2}, 2);
  for (int compacted = 0; compacted < 2; ++compacted) {
    EXPECT_EQ(history(child.run), (History{{0, 1}, {1, 1}, {2, 2}}));
    EXPECT_EQ(chart(child.run), (History{{0, 1}, {1, 1}, {2, 2}}));
    compact(child.run);
  }
}

TEST_F(BranchesTest, AForkKeepsAKeyThatItsParentTakesBackWhole) {
  TestWriter parent = begin();
  log(parent, {3, 4}, 1);
  TestWriter child = fork(parent.run, 3);
  rewind(parent.run, 0);
  compact(parent.run);
  EXPECT_EQ(history(parent.run), History{});
  for (int compacted = 0; compacted < 2; ++compacted) {
    EXPECT_EQ(history(child.run), (History{{3, 1}}));
    EXPECT_EQ(chart(child.run), (History{{3, 1}}));
    compact(child.run);
  }
}

TEST_F(BranchesTest, AKeyThatBeginsAboveTheForksStepIsNotTheForks) {
  TestWriter parent = begin();
  log(parent, {3, 4}, 1);
  TestWriter child = fork(parent.run, 2);
  for (int compacted = 0; compacted < 2; ++compacted) {
    RunSnapshot snapshot(*database, child.run);
    EXPECT_EQ(snapshot.find_key("loss"), nullptr);
    compact(parent.run);
  }
}

TEST_F(BranchesTest, RowsOfTheParentThatComeLateAreTheForksToo) {
  TestWriter parent = begin();
  log(parent, {0, 2, 4}, 1);
  TestWriter child = fork(parent.run, 2);
  log(parent, {1, 2, 3}, 9);
  for (int compacted = 0; compacted < 2; ++compacted) {
    EXPECT_EQ(history(child.run), (History{{0, 1}, {1, 9}, {2, 9}}));
    EXPECT_EQ(chart(child.run), (History{{0, 1}, {1, 9}, {2, 9}}));
    compact(parent.run);
    compact(child.run);
  }
}

TEST_F(BranchesTest, AForkInheritsSeriesWithStepsAndNothingElse) {
  TestWriter parent = begin();
  spool::Frame frame =
      frame_of({spool::Config{kNow, R"({"lr":1})"}, spool::Summary{kNow, R"({"best":1})"},
                spool::Console{spool::ConsoleStream::kStdout, 0, kNow, "hello"},
                spool::Media{"shot", "image", 0, kNow, "image/png", "{}", "x"}},
               {0}, 1);
  spool::RowGroup system;
  system.system = true;
  system.keys = {"system/cpu"};
  system.times_us = {kNow};
  system.order = {1};
  system.values = {1};
  frame.groups.push_back(std::move(system));
  log_frame(*database, parent, std::move(frame));
  const auto has = [&](core::RunId run) {
    const auto row = find_run(*database, run);
    RunSnapshot snapshot(*database, run);
    return std::tuple(row->config_json != "{}", row->summary_json != "{}",
                      read_logs(*database, run, {}).total, list_media(*database, run, {}).size(),
                      snapshot.find_key("system/cpu") != nullptr);
  };
  TestWriter child = fork(parent.run, 5);
  for (int compacted = 0; compacted < 2; ++compacted) {
    EXPECT_EQ(has(parent.run), std::tuple(true, true, 1u, 1u, true));
    EXPECT_EQ(has(child.run), std::tuple(false, false, 0u, 0u, false));
    EXPECT_EQ(history(child.run), (History{{0, 1}}));
    compact(parent.run);
    compact(child.run);
  }
}

TEST_F(BranchesTest, AHistoryOfSeveralRunsIsReadAsPointsWhateverIsAskedFor) {
  TestWriter parent = begin();
  std::vector<std::int64_t> steps(5'000);
  std::iota(steps.begin(), steps.end(), 0);
  log(parent, steps, 1);
  compact(parent.run);
  TestWriter child = fork(parent.run, 4'999);
  const auto read = [&](core::RunId run) {
    SeriesSnapshot snapshot(*database, std::vector{run}, std::nullopt);
    SeriesSlice slice;
    slice.run = run;
    slice.key = snapshot.find_key(run, "loss");
    slice.form = SeriesSlice::Form::kFine;
    slice.at_least = 10;
    return std::move(snapshot.read({&slice, 1})[0]);
  };
  EXPECT_TRUE(read(parent.run).bucketed);
  const SliceData inherited = read(child.run);
  EXPECT_FALSE(inherited.bucketed);
  EXPECT_EQ(inherited.points.size(), 5'000u);
}

TEST_F(BranchesTest, ARewindTakesBackWhatLiesAboveTheStep) {
  TestWriter first = begin();
  log(first, {0, 1, 2, 3, 4, 5}, 1);
  TestWriter second = rewind(first.run, 2);
  EXPECT_EQ(history(first.run), (History{{0, 1}, {1, 1}, {2, 1}}));
  log(second, {3}, 2);
  const History wanted = {{0, 1}, {1, 1}, {2, 1}, {3, 2}};
  EXPECT_EQ(history(first.run), wanted);
  EXPECT_EQ(chart(first.run), wanted);
  compact(first.run);
  EXPECT_EQ(history(first.run), wanted);
  EXPECT_EQ(chart(first.run), wanted);
  EXPECT_EQ(stats(first.run).last_step, 3);
  EXPECT_EQ(stats(first.run).count, 4u);
  log(second, {4}, 2);
  compact(first.run);
  EXPECT_EQ(stats(first.run).last_step, 4);
  EXPECT_EQ(history(first.run).size(), 5u);
}

TEST_F(BranchesTest, AForkKeepsWhatItsParentTakesBackLater) {
  TestWriter parent = begin();
  log(parent, {0, 1, 2, 3}, 1);
  TestWriter child = fork(parent.run, 3);
  TestWriter again = rewind(parent.run, 0);
  log(again, {1, 2}, 9);
  for (const bool compacted : {false, true}) {
    if (compacted) compact(parent.run);
    EXPECT_EQ(history(child.run), (History{{0, 1}, {1, 1}, {2, 1}, {3, 1}}));
    EXPECT_EQ(history(parent.run), (History{{0, 1}, {1, 9}, {2, 9}}));
  }
  TestWriter late = fork(parent.run, 3);
  EXPECT_EQ(history(late.run), (History{{0, 1}, {1, 9}, {2, 9}}));
}

TEST_F(BranchesTest, AForkThatCannotBeSaysWhyAndStandsAlone) {
  const auto alone = [&](const std::string& parent) {
    TestWriter writer = make_writer(*database);
    log_frame(*database, writer,
              frame_of({start_of(writer), spool::Branch{spool::BranchKind::kFork, parent, 3, kNow}},
                       {4}, 1));
    EXPECT_EQ(history(writer.run), (History{{4, 1}}));
    return fork_note(writer.run);
  };
  EXPECT_NE(alone("nonsense").find("no run's id"), std::string::npos);
  EXPECT_NE(alone(core::RunId::random().text()).find("no run"), std::string::npos);
  TestWriter other = begin("other");
  EXPECT_NE(alone(other.run.text()).find("in the project"), std::string::npos);
  TestWriter parent = begin();
  TestWriter child = fork(parent.run, 0);
  log_frame(*database, parent,
            frame_of({spool::Branch{spool::BranchKind::kFork, child.run.text(), 0, kNow}}, {}, 0));
  EXPECT_NE(fork_note(parent.run), "") << "no circle";
}

TEST_F(BranchesTest, AParentsDataStayUntilItsForksHaveGone) {
  TestWriter parent = begin();
  log(parent, {0, 1}, 1);
  compact(parent.run);
  TestWriter child = fork(parent.run, 1);
  delete_run(*database, parent.run, {kNow, 0});
  EXPECT_TRUE(runs_to_purge(*database->pg(), kNow + 1).empty());
  EXPECT_TRUE(purge_step(*database->pg(), parent.run, kNow + 1).done);
  EXPECT_EQ(history(child.run), (History{{0, 1}, {1, 1}}));
  EXPECT_EQ(chart(child.run), (History{{0, 1}, {1, 1}}));
  delete_run(*database, child.run, {kNow, 0});
  for (int round = 0; round < 2; ++round)
    for (const core::RunId run : runs_to_purge(*database->pg(), kNow + 1))
      while (!purge_step(*database->pg(), run, kNow + 1).done) {
      }
  EXPECT_EQ(database->pg()->run("SELECT count(*) FROM run").bigint(0, 0), 0);
}

TEST_F(BranchesTest, WhereARunStandsIsBehindItsHighestStep) {
  TestWriter writer = begin();
  EXPECT_EQ(next_step_of(*database, writer.run), 0);
  log(writer, {7, 3}, 1);
  EXPECT_EQ(next_step_of(*database, writer.run), 8);
}

TEST_F(BranchesTest, ARunMayMustOrMustNotBeThere) {
  const auto registered = [&](core::RunId run, core::Resume resume) {
    return register_writer(*database, {run, core::WriterId::random(), "imdb", kNow, resume});
  };
  TestWriter there = begin();
  log(there, {4}, 1);
  EXPECT_FALSE(registered(there.run, core::Resume::kNone).resumed);
  for (const core::Resume resume : {core::Resume::kAllow, core::Resume::kMust}) {
    const auto writer = registered(there.run, resume);
    ASSERT_TRUE(writer.resumed);
    EXPECT_TRUE(writer.resumed->existed);
    EXPECT_EQ(writer.resumed->next_step, 5);
  }
  EXPECT_THROW(registered(there.run, core::Resume::kNever), ResumeError);
  const auto absent = core::RunId::random();
  EXPECT_THROW(registered(absent, core::Resume::kMust), ResumeError);
  EXPECT_FALSE(find_run(*database, absent)) << "a refusal makes nothing";
  const auto id = core::WriterId::random();
  const Registration fresh{absent, id, "imdb", kNow, core::Resume::kNever};
  EXPECT_FALSE(register_writer(*database, fresh).resumed->existed);
  EXPECT_NO_THROW(register_writer(*database, fresh)) << "a reconnect is no second run";
}

// Both look before either has made the run: the second waits for the first one's row.
TEST_F(BranchesTest, OfTwoThatMustNotFindTheRunOneMakesIt) {
  begin();  // so that the project is there
  const auto run = core::RunId::random();
  PgConnection other(database->options().dsn, 0);
  other.command("BEGIN");
  other.run(
      "INSERT INTO run (id, project_id, name, state, created_us) "
      "SELECT $1, id, 'x', 1, 0 FROM project",
      PgParams().uuid(run.uuid().bytes));
  std::string refused;
  {
    std::jthread second([&] {
      try {
        register_writer(*database,
                        {run, core::WriterId::random(), "imdb", kNow, core::Resume::kNever});
      } catch (const ResumeError& error) {
        refused = error.what();
      }
    });
    while (database->pg()->run("SELECT 1 FROM pg_locks WHERE NOT granted").rows() == 0)
      std::this_thread::yield();
    other.command("COMMIT");
  }
  EXPECT_NE(refused.find("is there already"), std::string::npos) << refused;
  EXPECT_EQ(database->pg()
                ->run("SELECT count(*) FROM writer_stream WHERE run_id = $1",
                      PgParams().uuid(run.uuid().bytes))
                .bigint(0, 0),
            0);
}

}  // namespace
}  // namespace tracker::storage
