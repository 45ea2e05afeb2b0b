// Random forks and rewinds against a model that follows what was done.
#include <random>
#include <set>

#include "branches_fixture.hpp"

namespace tracker::storage {
namespace {

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
  for (unsigned seed = 1; seed <= 8; ++seed) {
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
