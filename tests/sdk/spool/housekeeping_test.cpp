// The small files beside the segments, and what is deleted when.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include <tracker/error.hpp>

#include "sdk/spool/spool_fixture.hpp"
#include "spool/control.hpp"
#include "spool/release.hpp"
#include "spool/staged.hpp"

namespace tracker::spool::test {
namespace {

namespace fs = std::filesystem;
using tracker::test::TempDirectory;

TEST(Control, BothSidesSeeEachOther) {
  TempDirectory dir;
  Control writer(dir.path());
  Control relay(dir.path());
  EXPECT_EQ(writer.relay(), RelayState::kNone);
  EXPECT_EQ(writer.run_url(), "");
  writer.set_writer_pid(42);
  relay.set_acked(Offset{1u << 20});
  relay.set_relay(RelayState::kOffline, "no server at x: start it");
  relay.set_run_url("http://x/runs/1");
  EXPECT_EQ(relay.writer_pid(), 42);
  EXPECT_EQ(writer.acked(), Offset{1u << 20});
  EXPECT_EQ(writer.relay(), RelayState::kOffline);
  EXPECT_EQ(writer.relay_message(), "no server at x: start it");
  EXPECT_EQ(writer.run_url(), "http://x/runs/1");
}

TEST(Control, LongMessagesAreCutBetweenCharacters) {
  TempDirectory dir;
  Control control(dir.path());
  std::string message(999, 'x');
  control.set_relay(RelayState::kRefused, message + "é and more");
  EXPECT_EQ(control.relay_message(), message);
}

TEST(Layout, InfoComesBackAndWritersAreListedOldestFirst) {
  TempDirectory root;
  const WriterInfo young{"r2", "w3", "p", "n\"ame", "http://x", 300};
  const WriterInfo old{"r1", "w1", "p", "name", "", 100};
  const WriterInfo middle{"r1", "w2", "p", "name", "", 200};
  for (const WriterInfo& info : {young, old, middle}) {
    const fs::path dir = writer_directory(root.path(), info.run_id, info.writer_id);
    fs::create_directories(dir);
    write_info(dir, info);
  }
  fs::create_directories(root / "runs/empty/none");
  const auto found = list_writers(root.path());
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0], root / "runs/r1/w1");
  EXPECT_EQ(found[2], root / "runs/r2/w3");
  EXPECT_EQ(read_info(found[2]).name, "n\"ame");
  EXPECT_EQ(list_writers(root / "runs/r1").size(), 2u);
  EXPECT_EQ(list_writers(root / "runs/r1/w2").size(), 1u);
  EXPECT_TRUE(list_writers(root / "nothing").empty());
}

TEST(Layout, DamagedInfoIsAnErrorThatNamesTheFile) {
  TempDirectory dir;
  EXPECT_THROW(read_info(dir.path()), Error);
  write_file(dir / "run.json", "{\"run_id\":1}");
  try {
    read_info(dir.path());
    FAIL() << "must throw";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kDataLoss);
    EXPECT_NE(std::string(e.what()).find("run.json"), std::string::npos);
  }
}

TEST(Layout, InfoThatAPowerCutTookIsReadFromTheLog) {
  TempDirectory root;
  const fs::path dir = writer_directory(root.path(), "r", "w");
  Writer writer(options_for(dir));
  EXPECT_EQ(list_writers(root.path()), std::vector{dir});
  EXPECT_THROW(read_info(dir), Error) << "nothing in the log yet";
  writer.append(sample_records().front());
  for (const char* left : {"", "{\"run_id\":"}) {
    write_file(dir / "run.json", left);
    const WriterInfo info = read_info(dir);
    EXPECT_EQ(info.run_id, "11111111-1111-4111-8111-111111111111");
    EXPECT_EQ(info.writer_id, "22222222-2222-4222-8222-222222222222");
    EXPECT_EQ(info.project, "imdb");
    EXPECT_EQ(info.created_us, 1'700'000'000'000'000);
    EXPECT_EQ(info.server, "");
  }
  fs::remove(dir / "run.json");
  EXPECT_EQ(read_info(dir).project, "imdb");
  EXPECT_EQ(list_writers(root.path()), std::vector{dir});
}

TEST(RelayLock, OneHolderAtATime) {
  TempDirectory dir;
  EXPECT_FALSE(RelayLock::is_held(dir.path()));
  {
    const auto lock = RelayLock::try_acquire(dir.path());
    ASSERT_TRUE(lock);
    EXPECT_FALSE(RelayLock::try_acquire(dir.path()));
    EXPECT_TRUE(RelayLock::is_held(dir.path()));
  }
  EXPECT_FALSE(RelayLock::is_held(dir.path()));
  EXPECT_TRUE(RelayLock::try_acquire(dir.path()));
}

// A log of many segments.
class Release : public ::testing::Test {
 protected:
  Release() {
    Writer writer(options_for(dir_.path(), 16u << 10));
    while (list_segments(dir_.path()).size() < 9) writer.append(Notes{std::string(1000, 'x')});
    writer.close();
    bases_ = list_segments(dir_.path());
  }
  TempDirectory dir_;
  std::vector<Offset> bases_;
};

TEST_F(Release, KeepsWhatIsNotAcknowledgedAndTheLastSegment) {
  const Retention none{.bytes = 0, .age = std::chrono::hours(1)};
  EXPECT_EQ(release_before(dir_.path(), bases_[3], none), 3);
  EXPECT_EQ(release_before(dir_.path(), Offset{to_bytes(bases_[4]) - 8}, none), 0);
  EXPECT_EQ(list_segments(dir_.path()).front(), bases_[3]);
  EXPECT_EQ(release_before(dir_.path(), Offset{UINT64_MAX}, none),
            static_cast<int>(bases_.size()) - 4);
  EXPECT_EQ(list_segments(dir_.path()).size(), 1u);
}

TEST_F(Release, KeepsAcknowledgedSegmentsWithinTheRetention) {
  EXPECT_EQ(release_before(dir_.path(), bases_.back()), 0);
  const Retention two_segments{.bytes = 2 * (to_bytes(bases_[1]) - to_bytes(bases_[0])),
                               .age = std::chrono::hours(1)};
  EXPECT_EQ(release_before(dir_.path(), bases_[5], two_segments), 3);
}

TEST_F(Release, DeletesOldAcknowledgedSegments) {
  const auto hour_ago = fs::file_time_type::clock::now() - std::chrono::hours(1);
  for (int i : {0, 1, 3})
    fs::last_write_time(segment_path(dir_.path(), bases_[static_cast<std::size_t>(i)]), hour_ago);
  EXPECT_EQ(release_before(dir_.path(), bases_.back()), 2) << "in order: the third is young";
}

TEST(RemoveDelivered, OnlyWhatIsDoneAndOld) {
  TempDirectory root;
  const auto make = [&](const std::string& id, RelayState state) {
    const fs::path dir = writer_directory(root.path(), id, "w");
    Writer(options_for(dir)).append(Finish{});
    write_info(dir, {id, "w", "p", "n", "", 0});
    Control(dir).set_relay(state, "");
    return dir;
  };
  const fs::path done = make("a", RelayState::kDone), offline = make("b", RelayState::kOffline);
  EXPECT_EQ(remove_delivered(root.path(), std::chrono::hours(1)), 0);
  fs::last_write_time(done / "control", fs::file_time_type::clock::now() - std::chrono::hours(2));
  fs::last_write_time(offline / "control",
                      fs::file_time_type::clock::now() - std::chrono::hours(2));
  EXPECT_EQ(remove_delivered(root.path(), std::chrono::hours(1)), 1);
  EXPECT_FALSE(fs::exists(done.parent_path()));
  EXPECT_TRUE(fs::exists(offline));
}

TEST(RemoveDelivered, NotWhatKeepsTheFilesOfARefusedArtifact) {
  TempDirectory root;
  const fs::path dir = writer_directory(root.path(), "a", "w");
  Writer(options_for(dir)).append(Finish{});
  Control(dir).set_relay(RelayState::kDone, "");
  const auto remove_old = [&] {
    fs::last_write_time(dir / "control", fs::file_time_type::clock::now() - std::chrono::hours(2));
    return remove_delivered(root.path(), std::chrono::hours(1));
  };
  const fs::path staged = new_staging_folder(dir);
  fs::create_directories(staged / "files");
  submit(staged, {});
  conclude(staged, {"", "another type"});
  EXPECT_EQ(remove_old(), 0);
  EXPECT_TRUE(fs::exists(staged / "files"));
  fs::remove(staged / "files");
  EXPECT_EQ(remove_old(), 1);
}

TEST(RemoveDelivered, NotWhatWasAskedForWhenTheRelayHadLeft) {
  TempDirectory root;
  const fs::path dir = writer_directory(root.path(), "a", "w");
  Writer(options_for(dir)).append(Finish{});
  Control(dir).set_relay(RelayState::kDone, "");
  EXPECT_TRUE(is_delivered(dir));
  const fs::path staged = new_staging_folder(dir);
  submit(staged, {});
  EXPECT_FALSE(is_delivered(dir));
  fs::last_write_time(dir / "control", fs::file_time_type::clock::now() - std::chrono::hours(2));
  EXPECT_EQ(remove_delivered(root.path(), std::chrono::hours(1)), 0);
  EXPECT_TRUE(fs::exists(staged));
}

// What was staged first must be done first: it may be the older one of two versions.
TEST(Staging, AFolderThatWasTakenBackLeavesNoPlaceForALaterOne) {
  TempDirectory root;
  const fs::path first = new_staging_folder(root.path()), second = new_staging_folder(root.path());
  discard(first);
  EXPECT_FALSE(fs::exists(first));
  EXPECT_GT(new_staging_folder(root.path()), second);
}

}  // namespace
}  // namespace tracker::spool::test
