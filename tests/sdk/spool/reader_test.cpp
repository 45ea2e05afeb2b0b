#include "spool/reader.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <tracker/error.hpp>

#include "base/bytes.hpp"
#include "sdk/spool/spool_fixture.hpp"

namespace tracker::spool::test {
namespace {

using tracker::test::TempDirectory;

// A closed log of one segment with every kind of record, and what it should say.
class DamagedLog : public ::testing::Test {
 protected:
  DamagedLog() {
    Writer writer(options_for(dir_.path(), 16u << 10));
    for (const Record& record : sample_records()) writer.append(record);
    writer.close();
    path_ = segment_path(dir_.path(), Offset{0});
    bytes_ = read_file(path_);
    for (const Entry& entry : read_log(dir_.path()).entries)
      truth_.push_back(payload_of(entry.record));
    EXPECT_EQ(truth_.size(), sample_records().size());
  }

  // Whatever was done to the file: only records that were written, in their order, without one left
  // out between.
  void expect_a_prefix(const std::string& context, WriterIs writer) {
    try {
      const Log log = read_log(dir_.path(), writer);
      ASSERT_LE(log.entries.size(), truth_.size()) << context;
      for (std::size_t i = 0; i < log.entries.size(); ++i) {
        ASSERT_EQ(payload_of(log.entries[i].record), truth_[i]) << context;
      }
    } catch (const Error&) {
      // the segment's header says so
    }
  }

  TempDirectory dir_;
  std::filesystem::path path_;
  std::string bytes_;
  std::vector<std::string> truth_;
};

TEST_F(DamagedLog, CutAnywhereGivesAPrefix) {
  for (std::size_t n = 0; n < bytes_.size(); ++n) {
    write_file(path_, bytes_.substr(0, n));
    expect_a_prefix("cut to " + std::to_string(n), WriterIs::kAlive);
    expect_a_prefix("cut to " + std::to_string(n), WriterIs::kDead);
  }
}

TEST_F(DamagedLog, AnyFlippedBitIsFoundOut) {
  for (std::size_t i = 0; i < bytes_.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = bytes_;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      write_file(path_, damaged);
      const std::string context = "bit " + std::to_string(bit) + " of byte " + std::to_string(i);
      expect_a_prefix(context, WriterIs::kAlive);
      expect_a_prefix(context, WriterIs::kDead);
    }
  }
}

TEST_F(DamagedLog, AFlippedPayloadBitIsCorruptAtThatRecord) {
  const Log before = read_log(dir_.path());
  const Offset at = before.entries[4].at;
  bytes_[kSegmentHeaderBytes + to_bytes(at) + kRecordHeadBytes] ^= 1;
  write_file(path_, bytes_);
  const Log log = read_log(dir_.path());
  ASSERT_TRUE(log.corrupt());
  EXPECT_EQ(std::get<Corrupt>(log.end).at, at);
  EXPECT_EQ(log.entries.size(), 4u);
}

TEST_F(DamagedLog, ARecordCopiedElsewhereIsNotBelieved) {
  const Log before = read_log(dir_.path());
  const Entry& last = before.entries.back();
  const std::string record = bytes_.substr(kSegmentHeaderBytes + to_bytes(last.at),
                                           to_bytes(last.next) - to_bytes(last.at));
  write_file(path_, bytes_ + record);
  const Log log = read_log(dir_.path());
  ASSERT_TRUE(log.corrupt());
  EXPECT_EQ(std::get<Corrupt>(log.end).at, last.next);
}

// As a program from before wrote it: all checksums are of its version.
TEST_F(DamagedLog, AFormatOneIsReadAsEver) {
  std::string earlier = bytes_.substr(0, kSegmentHeaderBytes - 4);
  earlier[8] = 1;
  const std::uint32_t seed = base::crc32c(0, earlier);
  base::put(earlier, seed);
  std::vector<std::string> wanted, read;
  for (const Record& record : sample_records()) {
    if (kind_of(record) > kLastCommonKind) continue;  // it knew none of them
    wanted.push_back(payload_of(record));
    const std::string& payload = wanted.back();
    const Offset at{earlier.size() - kSegmentHeaderBytes};
    const std::uint64_t announcement = pack_announcement(
        {static_cast<std::uint32_t>(payload.size()), static_cast<std::uint8_t>(kind_of(record))},
        at);
    base::put(earlier, announcement);
    base::put(earlier, pack_publication(seed, at, announcement, payload));
    earlier += payload;
    earlier.resize((earlier.size() + 7) / 8 * 8, '\0');
  }
  write_file(path_, earlier);
  const Log log = read_log(dir_.path(), WriterIs::kDead);
  EXPECT_FALSE(log.corrupt());
  for (const Entry& entry : log.entries) read.push_back(payload_of(entry.record));
  EXPECT_GT(wanted.size(), 10u);
  EXPECT_EQ(read, wanted);
}

TEST_F(DamagedLog, NewerFormatIsRefusedByNameOfBothVersions) {
  bytes_[8] = 3;
  write_file(path_, bytes_);
  try {
    Reader reader(dir_.path(), Offset{0});
    FAIL() << "must throw";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kFailedPrecondition);
    EXPECT_NE(std::string(e.what()).find("format 3"), std::string::npos) << e.what();
    EXPECT_NE(std::string(e.what()).find("up to 2"), std::string::npos) << e.what();
  }
}

TEST_F(DamagedLog, NoLogAndAGoneSegmentAreErrors) {
  TempDirectory empty;
  EXPECT_THROW(Reader(empty.path(), Offset{0}), Error);
  EXPECT_THROW(Reader(dir_.path(), Offset{1u << 30}), Error);
  EXPECT_THROW(Reader(dir_.path(), Offset{4}), Error);
  std::filesystem::rename(path_, segment_path(dir_.path(), Offset{16}));
  EXPECT_THROW(Reader(dir_.path(), Offset{0}), Error);
}

// Takes back records of a finished log, as if their threads had been killed on the way.
class Holes : public DamagedLog {
 protected:
  enum class Progress { kReserved, kAnnounced };

  void take_back(std::size_t index, Progress progress) {
    const Entry& entry = entries_[index];
    const std::size_t head = kSegmentHeaderBytes + to_bytes(entry.at);
    const std::size_t size = to_bytes(entry.next) - to_bytes(entry.at);
    if (progress == Progress::kAnnounced)
      bytes_.replace(head + 8, 8, 8, '\0');
    else
      bytes_.replace(head, size, size, '\0');
    write_file(path_, bytes_);
  }

  std::vector<Entry> entries_ = read_log(dir_.path()).entries;
};

TEST_F(Holes, ALivingWritersHoleIsWaitedFor) {
  for (const Progress progress : {Progress::kAnnounced, Progress::kReserved}) {
    take_back(3, progress);
    const Log log = read_log(dir_.path(), WriterIs::kAlive);
    EXPECT_EQ(log.entries.size(), 3u);
    EXPECT_EQ(log.wait_at(), entries_[3].at);
  }
}

TEST_F(Holes, ADeadWritersHolesArePassedOverAndCounted) {
  take_back(0, Progress::kReserved);
  take_back(3, Progress::kAnnounced);
  take_back(5, Progress::kReserved);
  take_back(6, Progress::kReserved);  // with the one before it indistinguishable: one hole
  take_back(8, Progress::kReserved);
  take_back(9, Progress::kAnnounced);
  const Log log = read_log(dir_.path(), WriterIs::kDead);
  EXPECT_FALSE(log.corrupt());
  EXPECT_EQ(log.entries.size(), truth_.size() - 6);
  EXPECT_EQ(log.holes, 5u);
  EXPECT_EQ(payload_of(log.entries.back().record), truth_.back());
}

TEST_F(Holes, TheLastRecordsHoleIsTheEnd) {
  take_back(entries_.size() - 1, Progress::kReserved);
  const Log log = read_log(dir_.path(), WriterIs::kDead);
  EXPECT_EQ(log.wait_at(), entries_.back().at);
  EXPECT_EQ(log.holes, 0u);
}

TEST(ReaderAcrossSegments, AHoleAtTheEndOfASegmentLeadsToTheNext) {
  TempDirectory dir;
  std::size_t written = 0;
  {
    Writer writer(options_for(dir.path()));
    while (list_segments(dir.path()).size() < 4)
      written += writer.append(Notes{std::string(1000, 'x')}) ? 1 : 0;
  }
  // As if the thread that found the first segment full had died before it wrote the padding.
  const auto path = segment_path(dir.path(), Offset{0});
  const Log whole = read_log(dir.path(), WriterIs::kDead);
  ASSERT_EQ(whole.all<Notes>().size(), written);
  const std::uint64_t end = to_bytes(list_segments(dir.path())[1]);
  std::size_t last = 0;
  while (to_bytes(whole.entries[last + 1].at) < end) ++last;
  std::string bytes = read_file(path);
  ASSERT_LT(to_bytes(whole.entries[last].next), end);
  bytes.resize(kSegmentHeaderBytes + to_bytes(whole.entries[last].next));
  write_file(path, bytes);
  EXPECT_EQ(read_log(dir.path(), WriterIs::kAlive).entries.size(), last + 1);
  const Log log = read_log(dir.path(), WriterIs::kDead);
  EXPECT_EQ(log.all<Notes>().size(), written);
  EXPECT_EQ(log.holes, 1u);
}

TEST(ReaderAcrossSegments, AMissingSegmentInTheMiddleIsCorrupt) {
  TempDirectory dir;
  {
    Writer writer(options_for(dir.path()));
    while (list_segments(dir.path()).size() < 4) writer.append(Notes{std::string(1000, 'x')});
  }
  const auto bases = list_segments(dir.path());
  std::filesystem::remove(segment_path(dir.path(), bases[1]));
  const Log log = read_log(dir.path());
  ASSERT_TRUE(log.corrupt());
  EXPECT_EQ(std::get<Corrupt>(log.end).at, bases[1]);
}

// Every read of the file that a reader has open is an error from now on: the first page of a
// process's memory cannot be read.
void break_reads_of(const std::filesystem::path& file) {
  const base::Fd broken(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
  int found = -1;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code none;
    if (std::filesystem::read_symlink(entry.path(), none) == file)
      found = std::stoi(entry.path().filename());
  }
  ASSERT_GE(found, 0);
  ASSERT_EQ(::dup2(broken.get(), found), found);
}

TEST(ReaderOfABrokenDisk, WhatCannotBeReadIsNotTheEndOfTheLog) {
  TempDirectory dir;
  {
    Writer writer(options_for(dir.path(), 16u << 10));
    for (int i = 0; i < 12; ++i) writer.append(Notes{std::string(1000, 'x')});
  }
  Reader reader(dir.path(), Offset{0});
  reader.writer_is_dead();
  ASSERT_TRUE(std::holds_alternative<Entry>(reader.next()));
  break_reads_of(segment_path(dir.path(), Offset{0}));
  try {
    while (std::holds_alternative<Entry>(reader.next())) {
    }
    ADD_FAILURE() << "it was taken for the end";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnavailable) << error.what();
  }
}

TEST(ReaderAcrossSegments, ReadingFromAnyRecordsEndGivesTheRest) {
  TempDirectory dir;
  {
    Writer writer(options_for(dir.path(), 16u << 10));
    for (int i = 0; i < 300; ++i)
      writer.append(Notes{std::string(static_cast<std::size_t>(i), 'x')});
  }
  const Log whole = read_log(dir.path());
  for (std::size_t i = 0; i < whole.entries.size(); ++i) {
    const Log rest = read_log(dir.path(), WriterIs::kAlive, whole.entries[i].next);
    EXPECT_EQ(rest.entries.size(), whole.entries.size() - i - 1);
  }
}

}  // namespace
}  // namespace tracker::spool::test
