#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "storage/deletion.hpp"
#include "storage/purge.hpp"
#include "storage/resume.hpp"
#include "storage/runs.hpp"
#include "storage/series_snapshot.hpp"
#include "store_fixture.hpp"

namespace tracker::storage {
namespace {

spool::Frame frame_of(std::vector<spool::Record> records, std::vector<std::int64_t> steps,
                      double value) {
  spool::Frame frame;
  frame.records = std::move(records);
  if (!steps.empty()) {
    const std::vector<double> values(steps.size(), value);
    frame.groups.push_back(make_rows({"loss"}, std::move(steps), values));
  }
  return frame;
}

spool::RunStart start_of(const TestWriter& writer) {
  spool::RunStart start;
  start.run_id = writer.run.text();
  start.writer_id = writer.writer.text();
  start.project = writer.project;
  start.name = "run";
  start.started_us = kNow;
  start.environment_json = "{}";
  return start;
}

class BranchesTest : public StoreTest {
 protected:
  TestWriter begin(const std::string& project = "imdb") {
    TestWriter writer = make_writer(*database, core::RunId::random(), project);
    log_frame(*database, writer, frame_of({start_of(writer)}, {}, 0));
    return writer;
  }
  TestWriter fork(core::RunId parent, std::int64_t step) {
    TestWriter writer = make_writer(*database);
    log_frame(*database, writer,
              frame_of({start_of(writer),
                        spool::Branch{spool::BranchKind::kFork, parent.text(), step, kNow}},
                       {}, 0));
    return writer;
  }
  // Another writer of the run, as a program that was started again makes one.
  TestWriter rewind(core::RunId run, std::int64_t step) {
    TestWriter writer = make_writer(*database, run);
    log_frame(*database, writer,
              frame_of({start_of(writer),
                        spool::Branch{spool::BranchKind::kRewind, run.text(), step, kNow}},
                       {}, 0));
    return writer;
  }
  void log(TestWriter& writer, std::vector<std::int64_t> steps, double value) {
    log_frame(*database, writer, frame_of({}, std::move(steps), value));
  }
  void compact(core::RunId run) {
    while (compact_run(*database->pg(), run, {}).more) {
    }
  }
  std::map<std::int64_t, double> history(core::RunId run) {
    const core::Points points = points_of(*database, run, "loss");
    std::map<std::int64_t, double> out;
    for (std::size_t i = 0; i < points.size(); ++i) out[points.steps[i]] = points.values[i];
    return out;
  }
  // As charts read it.
  std::map<std::int64_t, double> chart(core::RunId run) {
    SeriesSnapshot snapshot(*database, std::vector{run}, std::nullopt);
    const Key* key = snapshot.find_key(run, "loss");
    if (key == nullptr) return {};
    SeriesSlice slice;
    slice.run = run;
    slice.key = key;
    slice.form = SeriesSlice::Form::kPoints;
    const auto data = snapshot.read({&slice, 1});
    std::map<std::int64_t, double> out;
    for (std::size_t i = 0; i < data[0].points.size(); ++i)
      out[static_cast<std::int64_t>(data[0].points.x[i])] = data[0].points.y[i];
    return out;
  }
  core::SeriesStats stats(core::RunId run) {
    RunSnapshot snapshot(*database, run);
    return snapshot.find_key("loss")->stats;
  }
  std::string fork_note(core::RunId run) {
    const auto environment = nlohmann::json::parse(find_run(*database, run)->environment_json);
    return environment.at("fork").value("error", "");
  }
};

using History = std::map<std::int64_t, double>;

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

// What a run's history is, told by following what was done to it.
class Oracle {
 public:
  struct Row {
    std::int64_t step;
    double value;
  };
  void log(int run, std::int64_t step, double value) { rows_[run].push_back({step, value}); }
  void rewind(int run, std::int64_t step) {
    std::erase_if(rows_[run], [&](const Row& row) { return row.step > step; });
  }
  void fork(int child, int parent, std::int64_t step) {
    rows_[child] = rows_[parent];
    rewind(child, step);
  }
  History history(int run) const {
    History out;
    for (const Row& row : rows_.at(run)) out[row.step] = row.value;
    return out;
  }
  void begin(int run) { rows_[run]; }

 private:
  std::map<int, std::vector<Row>> rows_;
};

// Parents log no more once they are forked, since rows that come late are the parent's and the
// fork's.
TEST_F(BranchesTest, RandomForksAndRewindsAreWhatWasDone) {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    std::mt19937 random(seed);
    const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    std::vector<TestWriter> writers{begin()};
    std::set<int> parents;
    Oracle oracle;
    oracle.begin(0);
    for (int act = 0; act < 60; ++act) {
      const int run = pick(static_cast<int>(writers.size()));
      TestWriter& writer = writers[static_cast<std::size_t>(run)];
      switch (pick(8)) {
        case 0: {
          const std::int64_t step = pick(20);
          parents.insert(run);
          const int child = static_cast<int>(writers.size());
          oracle.fork(child, run, step);
          writers.push_back(fork(core::RunId(writer.run), step));
          break;
        }
        case 1: {
          const std::int64_t step = pick(20);
          writer = rewind(core::RunId(writer.run), step);
          oracle.rewind(run, step);
          parents.erase(run);  // what comes now is behind every fork's view
          break;
        }
        case 2:
          compact(writer.run);
          break;
        default: {
          if (parents.contains(run)) break;
          std::vector<std::int64_t> steps;
          for (int i = pick(5); i >= 0; --i) steps.push_back(pick(25));
          for (const std::int64_t step : steps) oracle.log(run, step, act);
          log(writer, steps, act);
        }
      }
    }
    for (std::size_t run = 0; run < writers.size(); ++run) {
      const History wanted = oracle.history(static_cast<int>(run));
      EXPECT_EQ(history(writers[run].run), wanted) << "seed " << seed << " run " << run;
      EXPECT_EQ(chart(writers[run].run), wanted) << "seed " << seed << " run " << run;
      compact(writers[run].run);
      EXPECT_EQ(history(writers[run].run), wanted) << "seed " << seed << " run " << run;
    }
  }
}

}  // namespace
}  // namespace tracker::storage
