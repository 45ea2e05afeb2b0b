#include "spool/writer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <map>
#include <set>
#include <thread>

#include <tracker/error.hpp>

#include "sdk/spool/spool_fixture.hpp"

namespace tracker::spool::test {
namespace {

using tracker::test::TempDirectory;

TEST(Writer, WhatIsAppendedIsReadInOrder) {
  TempDirectory dir;
  Writer writer(options_for(dir.path()));
  std::vector<std::string> written;
  for (const Record& record : sample_records()) {
    ASSERT_TRUE(writer.append(record));
    written.push_back(payload_of(record));
  }
  const Log log = read_log(dir.path());
  ASSERT_EQ(log.entries.size(), written.size());
  for (std::size_t i = 0; i < written.size(); ++i)
    EXPECT_EQ(payload_of(log.entries[i].record), written[i]);
  EXPECT_EQ(log.wait_at(), writer.end());
  EXPECT_EQ(log.entries.front().at, Offset{0});
}

TEST(Writer, AReaderSeesWhatComesLater) {
  TempDirectory dir;
  Writer writer(options_for(dir.path()));
  Reader reader(dir.path(), Offset{0});
  EXPECT_TRUE(std::holds_alternative<Wait>(reader.next()));
  for (int i = 0; i < 5000; ++i) {
    ASSERT_TRUE(writer.append(Notes{std::to_string(i)}));
    const auto next = reader.next();
    ASSERT_TRUE(std::holds_alternative<Entry>(next)) << i;
    EXPECT_EQ(std::get<Notes>(std::get<Entry>(next).record).text, std::to_string(i));
    EXPECT_TRUE(std::holds_alternative<Wait>(reader.next()));
  }
  EXPECT_GT(list_segments(dir.path()).size(), 2u);
}

TEST(Writer, ManyThreadsLoseNothingAndKeepTheirOwnOrder) {
  TempDirectory dir;
  constexpr int kThreads = 8, kRows = 4000;
  {
    Writer writer(options_for(dir.path()));
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&writer, t] {
        for (int i = 0; i < kRows; ++i) {
          const auto key = writer.key("thread/" + std::to_string(t));
          ASSERT_TRUE(key);
          const KeyValue value{*key, t * 1e6 + i};
          ASSERT_TRUE(writer.append({.step = i, .time_us = i, .values = {&value, 1}}));
        }
      });
    }
  }
  const Log log = read_log(dir.path(), WriterIs::kDead);
  EXPECT_FALSE(log.corrupt());
  EXPECT_EQ(log.holes, 0u);
  std::map<std::uint32_t, std::string> names;
  std::map<std::string, int> next;
  for (const Entry& entry : log.entries) {
    if (const auto* key = std::get_if<Key>(&entry.record)) {
      const auto [at, is_new] = names.emplace(key->id, key->name);
      EXPECT_EQ(at->second, key->name);
    } else if (const auto* row = std::get_if<Row>(&entry.record)) {
      const std::string& name = names.at(row->values[0].key);
      EXPECT_EQ(row->step, next[name]++);
      EXPECT_EQ(row->values[0].value,
                std::stoi(name.substr(7)) * 1e6 + static_cast<double>(row->step));
    }
  }
  EXPECT_EQ(next.size(), std::size_t{kThreads});
  for (const auto& [name, rows] : next) EXPECT_EQ(rows, kRows) << name;
}

TEST(Writer, EachSegmentBeginsWithTheDictionary) {
  TempDirectory dir;
  Writer writer(options_for(dir.path()));
  writer.key("a");
  writer.key("b");
  while (list_segments(dir.path()).size() < 4)
    ASSERT_TRUE(writer.append(Notes{std::string(500, 'x')}));
  const std::vector<Offset> bases = list_segments(dir.path());
  for (std::size_t i = 1; i + 2 < bases.size(); ++i) {
    const Log log = read_log(dir.path(), WriterIs::kAlive, bases[i]);
    ASSERT_GE(log.entries.size(), 2u);
    EXPECT_EQ(std::get<Key>(log.entries[0].record).name, "a");
    EXPECT_EQ(std::get<Key>(log.entries[1].record).name, "b");
    EXPECT_EQ(std::get<Key>(log.entries[1].record).id, 1u);
  }
}

TEST(Writer, TheDictionaryIsBoundedByItsShareOfASegment) {
  TempDirectory dir;
  Writer writer(options_for(dir.path()));
  int taken = 0;
  while (writer.key(std::string(400, 'k') + std::to_string(taken))) ++taken;
  EXPECT_GT(taken, 20);
  EXPECT_LT(taken, 64);
  EXPECT_EQ(writer.dropped(), 1u);
  EXPECT_TRUE(writer.append(Notes{"goes on"}));
}

TEST(Writer, CloseCutsTheFileAndTakesNoMore) {
  TempDirectory dir;
  Writer writer(options_for(dir.path(), 1u << 20));
  writer.append(Notes{"x"});
  const Offset end = writer.end();
  writer.close();
  writer.close();
  EXPECT_FALSE(writer.append(Notes{"y"}));
  EXPECT_EQ(writer.end(), end);
  ASSERT_EQ(list_segments(dir.path()).size(), 1u);
  EXPECT_EQ(std::filesystem::file_size(segment_path(dir.path(), Offset{0})),
            kSegmentHeaderBytes + to_bytes(end));
  EXPECT_EQ(read_log(dir.path(), WriterIs::kDead).wait_at(), end);
}

TEST(Writer, SecondWriterInADirectoryIsRefused) {
  TempDirectory dir;
  Writer writer(options_for(dir.path()));
  EXPECT_THROW(Writer(options_for(dir.path())), Error);
}

TEST(Writer, TooLongARecordIsDroppedCountedAndTold) {
  TempDirectory dir;
  {
    Writer writer(options_for(dir.path()));
    EXPECT_FALSE(writer.append(Notes{std::string(60'000, 'x')}));
    EXPECT_EQ(writer.dropped(), 1u);
  }
  const auto gaps = read_log(dir.path(), WriterIs::kDead).all<Gap>();
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].dropped_records, 1u);
}

TEST(Writer, NoRoomAtStartThrowsWithTheRemedyAndLeavesNoFile) {
  TempDirectory dir;
  WriterOptions options = options_for(dir.path());
  options.allocate = [](int, std::uint64_t) { return ENOSPC; };
  try {
    Writer writer(options);
    FAIL() << "must throw";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kResourceExhausted);
    EXPECT_NE(std::string(e.what()).find("TRACKER_DIR"), std::string::npos);
  }
  EXPECT_TRUE(list_segments(dir.path()).empty());
}

// A disk that is full until it is told otherwise.
struct Disk {
  std::mutex mutex;
  std::condition_variable changed;
  bool full = false;
  int warnings = 0;

  void use_for(WriterOptions& options) {
    options.allocate = [this](int fd, std::uint64_t bytes) {
      const std::lock_guard lock(mutex);
      return full ? ENOSPC : allocate_file(fd, bytes);
    };
    options.warn = [this](const std::string& line) {
      EXPECT_NE(line.find("No space left"), std::string::npos) << line;
      const std::lock_guard lock(mutex);
      ++warnings;
      changed.notify_all();
    };
  }
  void set_full(bool value) {
    const std::lock_guard lock(mutex);
    full = value;
  }
  void wait_for_warning() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return warnings > 0; });
  }
};

TEST(Writer, FullDiskDropsCountsWarnsOnceAndGoesOn) {
  TempDirectory dir;
  Disk disk;
  WriterOptions options = options_for(dir.path());
  disk.use_for(options);
  std::uint64_t kept = 0, lost = 0;
  {
    Writer writer(options);
    disk.set_full(true);
    // Up to two segments were made before the disk was full.
    while (lost < 100) (writer.append(Notes{std::string(300, 'n')}) ? kept : lost)++;
    EXPECT_EQ(writer.dropped(), lost);
    disk.wait_for_warning();
    disk.set_full(false);
    while (!writer.append(Notes{std::string(300, 'n')})) {
      ++lost;
      std::this_thread::yield();
    }
    ++kept;
    EXPECT_EQ(writer.dropped(), lost);
  }
  EXPECT_EQ(disk.warnings, 1);
  const Log log = read_log(dir.path(), WriterIs::kDead);
  EXPECT_FALSE(log.corrupt());
  EXPECT_EQ(log.all<Notes>().size(), kept);
  const auto gaps = log.all<Gap>();
  ASSERT_GE(gaps.size(), 1u);
  EXPECT_EQ(dropped_in(log), lost);
  EXPECT_LE(gaps[0].from_us, gaps[0].to_us);
  EXPECT_NE(gaps[0].reason.find("No space left"), std::string::npos);
}

// The next segment is prepared while threads log: whatever falls into the time without room is
// dropped, and each record that was is told of once, over and over.
TEST(Writer, ManyThreadsOnADiskThatFillsAndEmptiesLoseNothingUncounted) {
  TempDirectory dir;
  Disk disk;
  WriterOptions options = options_for(dir.path(), 16u << 10);
  disk.use_for(options);
  std::atomic<std::uint64_t> kept{0}, lost{0};
  {
    Writer writer(options);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&](const std::stop_token& stop) {
        while (!stop.stop_requested())
          (writer.append(Notes{std::string(300, 'n')}) ? kept : lost).fetch_add(1);
      });
    }
    for (int cycle = 0; cycle < 2; ++cycle) {
      disk.set_full(true);
      for (const auto before = lost.load(); lost < before + 200;) std::this_thread::yield();
      disk.set_full(false);
      for (const auto before = kept.load(); kept < before + 200;) std::this_thread::yield();
    }
    disk.wait_for_warning();
    threads.clear();
    EXPECT_EQ(writer.dropped(), lost);
  }
  EXPECT_EQ(disk.warnings, 1);
  const Log log = read_log(dir.path(), WriterIs::kDead);
  EXPECT_FALSE(log.corrupt());
  EXPECT_EQ(log.all<Notes>().size(), kept);
  EXPECT_EQ(dropped_in(log), lost);
  EXPECT_EQ(log.holes, 0u);
}

}  // namespace
}  // namespace tracker::spool::test
