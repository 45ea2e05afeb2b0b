// A file system that is really full, where the process may mount one (as root); elsewhere
// writer_test's injected one has to do.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <fstream>
#include <thread>

#include <tracker/error.hpp>

#include "sdk/spool/spool_fixture.hpp"

namespace tracker::spool::test {
namespace {

using tracker::test::TempDirectory;

class SmallDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    mounted_ = ::mount("tmpfs", dir_.path().c_str(), "tmpfs", 0, "size=1m") == 0;
    if (!mounted_) GTEST_SKIP() << "may not mount a tmpfs";
  }
  void TearDown() override {
    if (mounted_) ::umount2(dir_.path().c_str(), MNT_DETACH);
  }
  TempDirectory dir_;
  bool mounted_ = false;
};

TEST_F(SmallDisk, FullMeansDroppedAndNeverASignal) {
  std::uint64_t kept = 0, lost = 0;
  const auto directory = dir_ / "w";
  {
    Writer writer(options_for(directory));
    while (lost < 1000) (writer.append(Notes{std::string(300, 'n')}) ? kept : lost)++;
    EXPECT_GT(kept, 2000u);
    // What the server has acknowledged is deleted: there is room again.
    const auto bases = list_segments(directory);
    std::filesystem::remove(segment_path(directory, bases[0]));
    while (!writer.append(Notes{std::string(300, 'n')})) {
      ++lost;
      std::this_thread::yield();
    }
    ++kept;
  }
  const auto bases = list_segments(directory);
  const Log log = read_log(directory, WriterIs::kDead, bases[0]);
  EXPECT_FALSE(log.corrupt());
  EXPECT_EQ(dropped_in(log), lost);
}

// The end of a log must not wait for the next look: there is none any more.
TEST_F(SmallDisk, RoomIsFoundAtOnceWhenAskedFor) {
  std::ofstream(dir_ / "ballast") << std::string(400'000, 'b');
  Writer writer(options_for(dir_ / "w"));
  std::uint64_t lost = 0;
  while (lost < 10) lost += writer.append(Notes{std::string(300, 'n')}) ? 0 : 1;
  writer.ask_for_room();
  EXPECT_FALSE(writer.append(Notes{std::string(300, 'n')}));
  std::filesystem::remove(dir_ / "ballast");
  writer.ask_for_room();
  EXPECT_TRUE(writer.append(Notes{std::string(300, 'n')}));
}

TEST_F(SmallDisk, NoRoomForTheFirstSegmentIsAnErrorThatLeavesNothing) {
  const auto directory = dir_ / "w";
  try {
    Writer writer(options_for(directory, 4u << 20));
    FAIL() << "must throw";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kResourceExhausted);
  }
  EXPECT_TRUE(list_segments(directory).empty());
}

}  // namespace
}  // namespace tracker::spool::test
