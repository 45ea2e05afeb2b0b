#include "spool/after_death.hpp"

#include <gtest/gtest.h>

#include <tracker/error.hpp>

#include "sdk/spool/spool_fixture.hpp"

namespace tracker::spool::test {
namespace {

using tracker::test::TempDirectory;

const Finish kCrash{EndState::kCrashed, 9, std::nullopt, 6, "aborted"};

TEST(AfterDeath, TheFinishIsTheLastRecordAndTheReaderThatWaitedSeesIt) {
  TempDirectory dir;
  Writer(options_for(dir.path())).append(Notes{"x"});
  Reader reader(dir.path(), Offset{0});
  reader.writer_is_dead();
  reader.next();
  const auto waiting = reader.next();
  ASSERT_TRUE(std::holds_alternative<Wait>(waiting));
  const auto end = append_after_death(dir.path(), kCrash);
  ASSERT_TRUE(end);
  const auto next = reader.next();
  ASSERT_TRUE(std::holds_alternative<Entry>(next));
  EXPECT_EQ(std::get<Entry>(next).at, std::get<Wait>(waiting).at);
  EXPECT_EQ(std::get<Entry>(next).next, *end);
  EXPECT_EQ(std::get<Finish>(std::get<Entry>(next).record).reason, "aborted");
}

TEST(AfterDeath, ARunThatFinishedIsLeftAlone) {
  TempDirectory dir;
  Writer(options_for(dir.path())).append(Finish{});
  EXPECT_FALSE(append_after_death(dir.path(), kCrash));
  EXPECT_EQ(read_log(dir.path()).entries.size(), 1u);
}

TEST(AfterDeath, AFullSegmentIsFollowedByANewOne) {
  TempDirectory dir;
  {
    Writer writer(options_for(dir.path(), 16u << 10));
    const std::size_t capacity = (16u << 10) - kSegmentHeaderBytes;
    while (to_bytes(writer.end()) + 2 * record_bytes(4 + 1000) < capacity)
      writer.append(Notes{std::string(1000, 'x')});
    const std::size_t left = capacity - to_bytes(writer.end());
    writer.append(Notes{std::string(left - kRecordHeadBytes - 4 - 8, 'y')});
    EXPECT_EQ(capacity - to_bytes(writer.end()), 8u);
  }
  ASSERT_EQ(list_segments(dir.path()).size(), 1u);
  ASSERT_TRUE(append_after_death(dir.path(), kCrash));
  EXPECT_EQ(list_segments(dir.path()).size(), 2u);
  const Log log = read_log(dir.path());
  EXPECT_FALSE(log.corrupt());
  EXPECT_TRUE(std::holds_alternative<Finish>(log.entries.back().record));
}

TEST(AfterDeath, ADamagedEndIsCutKeptAndTold) {
  TempDirectory dir;
  {
    Writer writer(options_for(dir.path()));
    for (int i = 0; i < 10; ++i) writer.append(Notes{"note " + std::to_string(i)});
  }
  const Log before = read_log(dir.path());
  const auto path = segment_path(dir.path(), Offset{0});
  std::string bytes = read_file(path);
  bytes[kSegmentHeaderBytes + to_bytes(before.entries[6].at) + 20] ^= 0x40;
  write_file(path, bytes);
  ASSERT_TRUE(read_log(dir.path()).corrupt());

  ASSERT_TRUE(append_after_death(dir.path(), kCrash));
  const Log log = read_log(dir.path());
  EXPECT_FALSE(log.corrupt());
  EXPECT_EQ(log.all<Notes>().size(), 6u);
  ASSERT_EQ(log.all<Gap>().size(), 1u);
  EXPECT_NE(log.all<Gap>()[0].reason.find("damaged"), std::string::npos);
  EXPECT_TRUE(std::holds_alternative<Finish>(log.entries.back().record));
  EXPECT_EQ(read_file(path.string() + ".damaged"), bytes);
}

TEST(AfterDeath, ASecondDamageIsKeptBesideTheFirst) {
  TempDirectory dir;
  {
    Writer writer(options_for(dir.path()));
    for (int i = 0; i < 10; ++i) writer.append(Notes{"note " + std::to_string(i)});
  }
  const auto path = segment_path(dir.path(), Offset{0});
  const auto damage = [&](std::size_t entry) {
    const Log log = read_log(dir.path());
    std::string bytes = read_file(path);
    bytes[kSegmentHeaderBytes + to_bytes(log.entries[entry].at) + 20] ^= 0x40;
    write_file(path, bytes);
    return bytes;
  };
  const std::string first = damage(6);
  ASSERT_TRUE(append_after_death(dir.path(), kCrash));
  const std::string second = damage(3);
  ASSERT_TRUE(append_after_death(dir.path(), kCrash));
  EXPECT_EQ(read_file(path.string() + ".damaged"), first);
  EXPECT_EQ(read_file(path.string() + ".damaged-2"), second);
  EXPECT_EQ(read_log(dir.path()).all<Notes>().size(), 3u);
}

TEST(AfterDeath, LaterSegmentsAreKeptBeforeTheyAreRemoved) {
  TempDirectory dir;
  {
    Writer writer(options_for(dir.path(), 16u << 10));
    while (list_segments(dir.path()).size() < 4) writer.append(Notes{std::string(1000, 'x')});
  }
  const auto bases = list_segments(dir.path());
  std::string bytes = read_file(segment_path(dir.path(), bases[0]));
  bytes[kSegmentHeaderBytes + 20] ^= 0x40;
  write_file(segment_path(dir.path(), bases[0]), bytes);
  ASSERT_TRUE(append_after_death(dir.path(), kCrash));
  EXPECT_EQ(list_segments(dir.path()).size(), 1u);
  for (const Offset base : bases)
    EXPECT_TRUE(std::filesystem::exists(segment_path(dir.path(), base).string() + ".damaged"));
}

TEST(AfterDeath, NoLogIsAnError) {
  TempDirectory dir;
  EXPECT_THROW(append_after_death(dir.path(), kCrash), Error);
}

}  // namespace
}  // namespace tracker::spool::test
