#include "spool/inspect.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <thread>

#include <tracker/error.hpp>

#include "sdk/spool/spool_fixture.hpp"
#include "spool/control.hpp"

namespace tracker::spool::test {
namespace {

namespace fs = std::filesystem;
using tracker::test::TempDirectory;

// Everything in a directory: names and contents; and times of change, where nobody else is at work.
enum class Times { kToo, kNot };
std::map<std::string, std::string> snapshot(const fs::path& directory, Times times) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(directory)) {
    std::string& file = files[entry.path().filename()];
    file = read_file(entry.path());
    if (times == Times::kToo)
      file += std::to_string(fs::last_write_time(entry.path()).time_since_epoch().count());
  }
  return files;
}

class Inspect : public ::testing::Test {
 protected:
  void write_rows(Writer& writer, int rows) {
    const KeyValue values[] = {{*writer.key("loss"), 0.5}, {*writer.key("accuracy"), 0.25}};
    for (int i = 0; i < rows; ++i)
      ASSERT_TRUE(writer.append({.step = i, .time_us = i, .values = values}));
  }
  // A log of several segments that ended well.
  void write_log() {
    Writer writer(options_for(path(), 16u << 10));
    writer.append(sample_records()[0]);
    write_rows(writer, 1000);
    writer.append(Finish{EndState::kFinished, 5, 0, std::nullopt, ""});
  }
  void damage(Offset base, std::uint64_t at) {
    std::string bytes = read_file(segment_path(path(), base));
    bytes.at(kSegmentHeaderBytes + at) ^= 1;
    write_file(segment_path(path(), base), bytes);
  }
  const fs::path& path() const { return dir_.path(); }
  TempDirectory dir_;
};

TEST_F(Inspect, CountsEverythingAndChangesNothing) {
  write_log();
  const auto before = snapshot(path(), Times::kToo);
  std::uint64_t seen = 0;
  const SpoolState state =
      inspect(path(), [&](const Entry&, const std::vector<std::string>&) { ++seen; });
  EXPECT_EQ(snapshot(path(), Times::kToo), before);
  EXPECT_FALSE(state.writer_alive);
  EXPECT_FALSE(state.control);
  EXPECT_EQ(state.info->project, "imdb");  // from the log
  EXPECT_NE(state.info_problem.find("run.json"), std::string::npos);
  EXPECT_GT(state.segments.size(), 2u);
  EXPECT_EQ(state.kinds.at(RecordKind::kRow).records, 1000u);
  EXPECT_EQ(state.values, 2000u);
  EXPECT_EQ(state.keys, (std::vector<std::string>{"loss", "accuracy"}));
  EXPECT_EQ(state.finish->state, EndState::kFinished);
  EXPECT_TRUE(state.damage.empty() && state.holes.empty() && state.gaps.empty());
  std::uint64_t records = 0;
  for (const auto& [kind, count] : state.kinds) records += count.records;
  EXPECT_EQ(seen, records);
}

TEST_F(Inspect, DamageIsToldWithItsPlaceAndReadingGoesOnAtTheNextSegment) {
  write_log();
  const auto bases = list_segments(path());
  const SpoolState whole = inspect(path());
  damage(bases[1], 2000);
  const SpoolState state = inspect(path());
  ASSERT_EQ(state.damage.size(), 1u);
  EXPECT_GT(state.damage[0].at, bases[1]);
  EXPECT_LE(to_bytes(state.damage[0].at), to_bytes(bases[1]) + 2000);
  EXPECT_NE(state.damage[0].reason.find("checksum"), std::string::npos) << state.damage[0].reason;
  EXPECT_EQ(state.end, whole.end);
  EXPECT_TRUE(state.finish);
  EXPECT_LT(state.kinds.at(RecordKind::kRow).records, 1000u);
  EXPECT_EQ(state.keys, whole.keys);
}

TEST_F(Inspect, AHeaderThatIsDamagedAndASegmentThatIsGoneAreTold) {
  write_log();
  const auto bases = list_segments(path());
  ASSERT_GT(bases.size(), 3u);
  std::string bytes = read_file(segment_path(path(), bases[1]));
  bytes[20] ^= 1;
  write_file(segment_path(path(), bases[1]), bytes);
  fs::remove(segment_path(path(), bases[2]));
  const SpoolState state = inspect(path());
  EXPECT_NE(state.segments[1].damage.find("damaged header"), std::string::npos);
  ASSERT_FALSE(state.damage.empty());
  EXPECT_EQ(state.damage[0].at, bases[1]);
  EXPECT_TRUE(state.finish);
}

TEST_F(Inspect, HolesOfADeadWriterHaveTheirPlace) {
  write_log();
  const Log log = read_log(path(), WriterIs::kDead);
  const Entry& victim = log.entries[10];
  std::string bytes = read_file(segment_path(path(), Offset{0}));
  bytes.replace(kSegmentHeaderBytes + to_bytes(victim.at) + 8, 8, 8, '\0');  // its publication
  write_file(segment_path(path(), Offset{0}), bytes);
  const SpoolState state = inspect(path());
  ASSERT_EQ(state.holes.size(), 1u);
  EXPECT_EQ(state.holes[0].at, victim.at);
  EXPECT_EQ(state.holes[0].next, victim.next);
  EXPECT_TRUE(state.damage.empty());
}

// The lock that tells of a living writer is another process's, so the writer is one.
TEST_F(Inspect, OfALivingWriterWhatWasBegunIsToldAndNothingIsTouched) {
  int ready[2], over[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(over), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  char byte = 0;
  if (child == 0) {
    ::close(over[1]);  // so that it ends with its parent
    Writer writer(options_for(path()));
    Control control(path());
    control.set_acked(Offset{8});
    control.set_relay(RelayState::kOffline, "no server");
    write_rows(writer, 5);
    const auto end = writer.end();
    // A record that is begun: its announcement alone, put there as a thread would that was stopped.
    const int fd = ::open(segment_path(path(), Offset{0}).c_str(), O_WRONLY);
    const std::uint64_t word =
        pack_announcement({40, static_cast<std::uint8_t>(RecordKind::kNotes)}, end);
    static_cast<void>(
        !::pwrite(fd, &word, 8, static_cast<off_t>(kSegmentHeaderBytes + to_bytes(end))));
    // Its helper thread makes the next segment meanwhile.
    while (list_segments(path()).size() < 2) std::this_thread::yield();
    static_cast<void>(!::write(ready[1], &byte, 1));
    static_cast<void>(!::read(over[0], &byte, 1));
    ::_exit(0);
  }
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  const auto before = snapshot(path(), Times::kNot);
  const SpoolState state = inspect(path());
  EXPECT_EQ(snapshot(path(), Times::kNot), before);
  EXPECT_TRUE(state.writer_alive);
  ASSERT_TRUE(state.begun);
  EXPECT_EQ(state.begun->at, state.end);
  EXPECT_EQ(state.begun->kind, RecordKind::kNotes);
  EXPECT_EQ(state.begun->bytes, 40u);
  EXPECT_EQ(state.kinds.at(RecordKind::kRow).records, 5u);
  EXPECT_EQ(state.control->acked, Offset{8});
  EXPECT_EQ(state.control->relay, RelayState::kOffline);
  EXPECT_EQ(state.control->relay_message, "no server");
  static_cast<void>(!::write(over[1], &byte, 1));
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  const SpoolState later = inspect(path());
  EXPECT_FALSE(later.writer_alive);
  EXPECT_FALSE(later.begun);
  for (const int fd : {ready[0], ready[1], over[0], over[1]}) ::close(fd);
}

TEST_F(Inspect, WhatIsAcknowledgedNeedNotBeRead) {
  write_log();
  const auto bases = list_segments(path());
  {
    Control control(path());
    control.set_acked(bases[2]);
  }
  const SpoolState state = inspect_unacknowledged(path());
  EXPECT_EQ(state.begin, bases[2]);
  EXPECT_EQ(state.end, inspect(path()).end);
  EXPECT_TRUE(state.finish);
}

TEST_F(Inspect, ADirectoryWithoutASpoolIsAnError) { EXPECT_THROW(inspect(path()), Error); }

}  // namespace
}  // namespace tracker::spool::test
