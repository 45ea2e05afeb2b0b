// A process that logs from several threads is killed with SIGKILL at a random moment, again and
// again. Every value is a function of (thread, step), so the log can be checked without knowing
// when the kill came.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <thread>

#include "sdk/spool/spool_fixture.hpp"
#include "spool/after_death.hpp"

namespace tracker::spool::test {
namespace {

using tracker::test::TempDirectory;

constexpr int kThreads = 3;

// Rows for which append() has returned, per thread; shared with the child and alive after it.
struct Returned {
  std::atomic<std::int64_t> rows[kThreads];
};

double value_of(int thread, std::int64_t step) {
  return thread * 1e7 + static_cast<double>(step) * 0.5;
}

[[noreturn]] void log_until_killed(const std::filesystem::path& directory, Returned& returned) {
  Writer writer(options_for(directory));
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&writer, &returned, t] {
      const std::uint32_t key = *writer.key("t" + std::to_string(t));
      for (std::int64_t step = 0;; ++step) {
        const KeyValue values[] = {{key, value_of(t, step)}, {key, value_of(t, step)}};
        if (!writer.append({.step = step, .time_us = step, .values = values})) std::abort();
        returned.rows[t].store(step + 1, std::memory_order_relaxed);
      }
    });
  }
  for (;;) ::pause();
}

void check(const std::filesystem::path& directory, const Returned& returned) {
  const Log log = read_log(directory, WriterIs::kDead);
  ASSERT_FALSE(log.corrupt()) << std::get<Corrupt>(log.end).reason;
  std::vector<int> thread_of_key(kThreads);
  std::int64_t next[kThreads] = {};
  for (const Entry& entry : log.entries) {
    if (const auto* key = std::get_if<Key>(&entry.record))
      thread_of_key.at(key->id) = std::stoi(key->name.substr(1));
    if (const auto* row = std::get_if<Row>(&entry.record)) {
      const int thread = thread_of_key.at(row->values.at(0).key);
      ASSERT_EQ(row->step, next[thread]++);
      ASSERT_EQ(row->values.at(1).value, value_of(thread, row->step));
    }
  }
  for (int t = 0; t < kThreads; ++t) {
    EXPECT_GE(next[t], returned.rows[t].load()) << "rows that had been logged are missing";
    EXPECT_LE(next[t], returned.rows[t].load() + 1);
  }
}

TEST(KilledWriter, LosesNoRowWhoseCallHadReturned) {
  void* memory =
      ::mmap(nullptr, sizeof(Returned), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  std::mt19937 random(42);
  std::int64_t rows = 0;
  for (int round = 0; round < 40; ++round) {
    TempDirectory dir;
    auto& returned = *new (memory) Returned{};
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) log_until_killed(dir.path(), returned);
    const std::int64_t enough = std::uniform_int_distribution<std::int64_t>(1, 3000)(random);
    while (returned.rows[round % kThreads].load() < enough) std::this_thread::yield();
    EXPECT_TRUE(writer_alive(dir.path()));
    ::kill(child, SIGKILL);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    EXPECT_FALSE(writer_alive(dir.path()));
    ASSERT_NO_FATAL_FAILURE(check(dir.path(), returned)) << "round " << round;
    for (const auto& count : returned.rows) rows += count.load();
    // The relay's part: tell of the crash, once.
    const Record crash = Finish{EndState::kCrashed, 1, std::nullopt, SIGKILL, "killed by signal 9"};
    EXPECT_TRUE(append_after_death(dir.path(), crash));
    EXPECT_FALSE(append_after_death(dir.path(), crash));
    const Log log = read_log(dir.path(), WriterIs::kDead);
    ASSERT_FALSE(log.corrupt());
    EXPECT_EQ(std::get<Finish>(log.entries.back().record).signal, SIGKILL);
  }
  RecordProperty("rows", std::to_string(rows));
  ::munmap(memory, sizeof(Returned));
}

}  // namespace
}  // namespace tracker::spool::test
