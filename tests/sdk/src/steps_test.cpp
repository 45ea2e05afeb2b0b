#include <limits>
#include <thread>
#include <vector>

#include <tracker/run.hpp>

#include "sdk/src/run_fixture.hpp"

namespace tracker::test {
namespace {

namespace sp = tracker::spool;

TEST_F(RunTest, TheLastStepThereIsStaysTheLast) {
  constexpr auto kLast = std::numeric_limits<std::int64_t>::max();
  Run run = Run::start(settings());
  run.log({{"x", 1}}, kLast);
  run.log({{"x", 2}});
  run.log({{"x", 3}});
  for (const sp::Row& row : read_log(run.directory()).all<sp::Row>()) EXPECT_EQ(row.step, kLast);
}

TEST_F(RunTest, AnyStepMayBeSaidAndTheNextFollowsIt) {
  constexpr auto kFirst = std::numeric_limits<std::int64_t>::min();
  Run run = Run::start(settings());
  run.log({{"x", 1}});
  run.log({{"x", 1}}, kFirst);
  run.log({{"x", 1}});
  run.log({{"x", 1}}, -1);
  run.log({{"x", 1}});
  std::vector<std::int64_t> steps;
  for (const sp::Row& row : read_log(run.directory()).all<sp::Row>()) steps.push_back(row.step);
  EXPECT_EQ(steps, (std::vector<std::int64_t>{0, kFirst, kFirst + 1, -1, 0}));
}

TEST_F(RunTest, ThreadsLogAtOnceAndStepsAreHandedOutOnce) {
  Run run = Run::start(settings());
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&run, t] {
        const std::string key = "t" + std::to_string(t);
        for (int i = 0; i < 2000; ++i) run.log({{key, i * 1.0}, {"shared", t * 1.0}});
      });
    }
  }
  const auto rows = read_log(run.directory()).all<sp::Row>();
  EXPECT_EQ(rows.size(), 8000u);
  std::vector<bool> seen(8000);
  for (const sp::Row& row : rows) {
    ASSERT_LT(row.step, 8000);
    EXPECT_FALSE(seen[static_cast<std::size_t>(row.step)]);
    seen[static_cast<std::size_t>(row.step)] = true;
  }
  EXPECT_EQ(run.dropped_rows(), 0u);
}

}  // namespace
}  // namespace tracker::test
