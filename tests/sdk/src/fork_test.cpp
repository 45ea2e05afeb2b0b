// fork() while threads log and segments turn over: every process keeps a log of its own, and each
// holds exactly what its process has logged.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "sdk/src/run_fixture.hpp"
#include "spool/layout.hpp"
#include "spool/segment.hpp"
#include "support/sanitizers.hpp"

namespace tracker::test {
namespace {

namespace sp = tracker::spool;

constexpr int kKeys = 1000;  // wide rows fill a segment of 16 MB with about 1,400 calls

std::vector<std::string> key_names() {
  std::vector<std::string> names;
  for (int i = 0; i < kKeys; ++i) names.push_back("layer" + std::to_string(i) + "/norm");
  return names;
}

void log_wide(Run& run, const std::vector<std::string>& names, std::int64_t step) {
  std::vector<Scalar> scalars;
  for (const auto& name : names) scalars.push_back({name, double(step)});
  run.log(scalars, step);
}

std::uint64_t rows_in(const std::filesystem::path& directory) {
  sp::Reader reader(directory, sp::Offset{0});
  reader.writer_is_dead();
  std::uint64_t rows = 0;
  for (;;) {
    const auto next = reader.next();
    const auto* entry = std::get_if<sp::Entry>(&next);
    if (entry == nullptr) {
      EXPECT_FALSE(std::holds_alternative<sp::Corrupt>(next));
      return rows;
    }
    rows += std::holds_alternative<sp::Row>(entry->record);
  }
}

using ForkTest = RunTest;

TEST_F(ForkTest, ThreadsForksAndTurnOversTogetherLoseNothing) {
  if (kSanitized) GTEST_SKIP() << "sanitizer";
  constexpr int kForks = 3;
  constexpr std::uint64_t kChildRows = 1600;  // more than a segment
  const auto names = key_names();
  Run run = Run::start(settings());
  std::atomic<std::uint64_t> logged{0};
  std::atomic<bool> stop{false};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      while (!stop) {
        log_wide(run, names, 1);
        ++logged;
      }
    });
  }
  const auto parent_log = run.directory();
  for (int i = 0; i < kForks; ++i) {
    // Each fork comes in another segment, at no particular place in it.
    const auto segments = sp::list_segments(parent_log).size();
    while (sp::list_segments(parent_log).size() == segments) std::this_thread::yield();
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::alarm(60);
      std::jthread other([&] {
        for (std::uint64_t n = 0; n < kChildRows / 2; ++n) log_wide(run, names, 2);
      });
      for (std::uint64_t n = 0; n < kChildRows / 2; ++n) log_wide(run, names, 3);
      other.join();
      run.finish();
      ::_exit(run.dropped_rows() == 0 ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  }
  stop = true;
  threads.clear();
  run.finish();
  EXPECT_EQ(run.dropped_rows(), 0u);
  const auto writers = sp::list_writers(dir_.path());
  ASSERT_EQ(writers.size(), kForks + 1u);
  for (const auto& writer : writers) {
    EXPECT_GT(sp::list_segments(writer).size(), 1u);
    EXPECT_EQ(rows_in(writer), writer == parent_log ? logged.load() : kChildRows);
  }
}

TEST_F(ForkTest, ChildThatCannotWriteALogCountsWhatItDrops) {
  Run run = Run::start(settings());
  run.log({{"loss", 1}}, 0);
  const auto runs = run.directory().parent_path().parent_path();
  const auto aside = dir_ / "aside";
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::filesystem::rename(runs, aside);
    std::ofstream(runs) << "a file where the folder of logs was";
    run.log({{"loss", 2}}, 1);
    run.log({{"loss", 3}}, 2);
    ::_exit(run.dropped_rows() == 2 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(run.dropped_rows(), 0u);
}

}  // namespace
}  // namespace tracker::test
