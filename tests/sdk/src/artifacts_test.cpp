// What a run hands to its relay: copies, requests, and refusals that cost nothing.
#include "src/artifacts.hpp"

#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include <tracker/artifact.hpp>

#include "artifact/kept_version.hpp"
#include "sdk/src/run_fixture.hpp"
#include "spool/staged.hpp"

namespace {

// What was synced, in order, by the paths that the descriptors have. Noted only while a test asks:
// a child that another test forks would wait for ever for the mutex that a thread had.
std::atomic<bool> noting{false};
std::mutex synced_mutex;
std::vector<std::string> synced;

int sync_and_note(long call, int fd) {
  if (!noting) return static_cast<int>(::syscall(call, fd));
  char path[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(link.c_str(), path, sizeof path);
  if (size > 0) {
    const std::lock_guard lock(synced_mutex);
    synced.emplace_back(path, static_cast<std::size_t>(size));
  }
  return static_cast<int>(::syscall(call, fd));
}

}  // namespace

// Ours instead of libc's.
extern "C" int fsync(int fd) { return sync_and_note(SYS_fsync, fd); }
extern "C" int fdatasync(int fd) { return sync_and_note(SYS_fdatasync, fd); }

namespace tracker::test {
namespace {

namespace fs = std::filesystem;
using spool::ArtifactRequest;

class RunArtifactsTest : public RunTest {
 protected:
  void write(const std::string& path, const std::string& bytes) const {
    fs::create_directories((dir_ / path).parent_path());
    std::ofstream(dir_ / path) << bytes;
  }
  ArtifactSettings model() const {
    ArtifactSettings settings;
    settings.name = "bert";
    settings.type = "model";
    settings.path = dir_ / "model";
    return settings;
  }
  // Stands in for `tracker artifact get`.
  fs::path program_that_gets(const fs::path& folder) const {
    const fs::path program = dir_ / ("tracker-" + folder.filename().string());
    std::ofstream(program) << "#!/bin/sh\necho '{\"directory\":\"" << folder.string()
                           << R"(","project":"p","name":"a","version":"v0","type":"model"}')"
                           << "\n";
    fs::permissions(program, fs::perms::owner_all);
    return program;
  }
  static std::string content(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST_F(RunArtifactsTest, FilesAreCopiedSoThatTheyMayChange) {
  write("model/weights", "weights");
  write("model/config/config.json", "{}");
  Run run = Run::start(settings());
  auto wanted = model();
  wanted.metadata = {{"accuracy", 0.9}};
  wanted.aliases = {"best"};
  wanted.ttl = std::chrono::hours(24);
  const ArtifactTicket ticket = run.log_artifact(wanted);
  EXPECT_EQ(ticket.error(), "");
  EXPECT_EQ(ticket.version(), "");
  write("model/weights", "changed");

  const auto pending = spool::pending_requests(run.directory());
  ASSERT_EQ(pending.size(), 1u);
  const ArtifactRequest request = spool::read_request(pending[0]);
  EXPECT_EQ(request.kind, ArtifactRequest::Kind::kPut);
  EXPECT_EQ(request.name, "bert");
  EXPECT_EQ(request.type, "model");
  EXPECT_EQ(request.metadata_json, "{\"accuracy\":0.9}");
  EXPECT_EQ(request.aliases, std::vector<std::string>{"best"});
  EXPECT_EQ(request.ttl_s, 86'400u);
  EXPECT_EQ(content(request.source / "weights"), "weights");
  EXPECT_EQ(content(request.source / "config/config.json"), "{}");

  spool::conclude(pending[0], {"p/bert:v0", ""});
  EXPECT_TRUE(spool::pending_requests(run.directory()).empty());
  EXPECT_FALSE(fs::exists(request.source)) << "the copies are gone";
  EXPECT_TRUE(ticket.wait(std::chrono::milliseconds(0)));
  EXPECT_EQ(ticket.version(), "p/bert:v0");
}

// A request that survives a loss of power must not lack its files.
TEST_F(RunArtifactsTest, CopiesAreOnTheDiskBeforeTheRequest) {
  write("model/weights", "weights");
  write("model/config/deep/config.json", "{}");
  Run run = Run::start(settings());
  noting = true;
  run.log_artifact(model());
  noting = false;
  const fs::path folder = spool::pending_requests(run.directory()).at(0);
  const std::lock_guard lock(synced_mutex);
  const auto request = std::find_if(synced.begin(), synced.end(), [](const std::string& path) {
    return path.find("request.json") != std::string::npos;
  });
  ASSERT_NE(request, synced.end());
  for (const char* place : {"files/weights", "files/config/deep/config.json", "files/config/deep",
                            "files/config", "files"})
    EXPECT_NE(std::find(synced.begin(), request, (folder / place).string()), request) << place;
  EXPECT_NE(std::find(synced.begin(), request, folder.string()), request);
}

TEST_F(RunArtifactsTest, NothingIsLeftOfACopyThatFindsNoRoom) {
  const fs::path disk = dir_ / "disk";
  fs::create_directories(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=1m") != 0)
    GTEST_SKIP() << "may not mount a tmpfs";
  write("model/a-small", "fits");
  write("model/large", std::string(2'000'000, 'x'));
  const ArtifactSettings wanted = model();
  EXPECT_THROW(stage_artifact(disk, wanted), Error);
  EXPECT_TRUE(fs::is_empty(disk / "artifacts"));
  EXPECT_NO_THROW(stage_use(disk, "imdb")) << "there is room again";
  ::umount2(disk.c_str(), MNT_DETACH);
}

TEST_F(RunArtifactsTest, FilesInPlaceAreNotCopied) {
  write("model/weights", "weights");
  Run run = Run::start(settings());
  auto wanted = model();
  wanted.files = ArtifactFiles::kInPlace;
  run.log_artifact(wanted);
  const auto pending = spool::pending_requests(run.directory());
  ASSERT_EQ(pending.size(), 1u);
  EXPECT_EQ(spool::read_request(pending[0]).source, dir_ / "model");
  EXPECT_FALSE(fs::exists(pending[0] / "files"));
}

TEST_F(RunArtifactsTest, LinkedFilesMayGoAndBeReplacedAndTakeNoRoom) {
  write("model/weights", "weights");
  Run run = Run::start(settings());
  auto wanted = model();
  wanted.files = ArtifactFiles::kLinked;
  EXPECT_EQ(run.log_artifact(wanted).error(), "");
  const ArtifactRequest request =
      spool::read_request(spool::pending_requests(run.directory()).at(0));
  EXPECT_TRUE(fs::equivalent(request.source / "weights", dir_ / "model/weights"));
  write("other", "others");
  fs::rename(dir_ / "other", dir_ / "model/weights");
  EXPECT_EQ(content(request.source / "weights"), "weights");
  fs::remove_all(dir_ / "model");
  EXPECT_EQ(content(request.source / "weights"), "weights");
}

TEST_F(RunArtifactsTest, WhatIsUsedAndIsNoVersionYetComesWithItsDescription) {
  Run run = Run::start(settings());
  ArtifactSettings wanted;
  wanted.name = "reviews";
  wanted.type = "dataset";
  wanted.known_references = {
      {.path = "train.csv", .url = "file:///data/train.csv", .checksum = "sha256:00", .size = 5},
      {.path = "x", .url = "hf://datasets/a/b@c/x", .checksum = {}, .size = {}}};
  EXPECT_EQ(run.use_artifact(wanted).error(), "");
  const ArtifactRequest request =
      spool::read_request(spool::pending_requests(run.directory()).at(0));
  EXPECT_EQ(request.kind, ArtifactRequest::Kind::kPutAndUse);
  EXPECT_EQ(request.type, "dataset");
  EXPECT_TRUE(request.source.empty());
  ASSERT_EQ(request.known_references.size(), 2u);
  EXPECT_EQ(request.known_references[0].path, "train.csv");
  EXPECT_EQ(request.known_references[0].url, "file:///data/train.csv");
  EXPECT_EQ(request.known_references[0].checksum, "sha256:00");
  EXPECT_EQ(request.known_references[0].size, 5u);
  EXPECT_EQ(request.known_references[1].size, std::nullopt);
}

TEST_F(RunArtifactsTest, RequestsComeInTheirOrder) {
  write("model/weights", "weights");
  Run run = Run::start(settings());
  run.use_artifact("imdb:v3");
  run.log_artifact(model());
  run.use_artifact("other/thing");
  const auto pending = spool::pending_requests(run.directory());
  ASSERT_EQ(pending.size(), 3u);
  EXPECT_EQ(spool::read_request(pending[0]).name, "imdb:v3");
  EXPECT_EQ(spool::read_request(pending[0]).kind, ArtifactRequest::Kind::kUse);
  EXPECT_EQ(spool::read_request(pending[1]).name, "bert");
  EXPECT_EQ(spool::read_request(pending[2]).name, "other/thing");
}

TEST_F(RunArtifactsTest, WhatIsAgainstTheRulesIsToldAndCostsNothing) {
  write("model/weights", "weights");
  Run run = Run::start(settings());
  const auto expect = [&](ArtifactSettings wanted, const std::string& part) {
    const ArtifactTicket ticket = run.log_artifact(wanted);
    EXPECT_NE(ticket.error().find(part), std::string::npos) << ticket.error();
    EXPECT_FALSE(ticket.wait(std::chrono::milliseconds(0)));
  };
  auto wanted = model();
  wanted.name = "a b";
  expect(wanted, "a b");
  wanted = model();
  wanted.aliases = {"latest"};
  expect(wanted, "latest");
  wanted = model();
  wanted.path = dir_ / "nowhere";
  expect(wanted, "nowhere");
  wanted.path.clear();
  expect(wanted, "neither a path nor references");
  wanted.known_references = {{.path = "a", .url = "ftp://h/a", .checksum = {}, .size = {}}};
  expect(wanted, "ftp://h/a");
  wanted.known_references = {{.path = "../a", .url = "file:///a", .checksum = {}, .size = {}}};
  expect(wanted, "../a");
  wanted.known_references = {{.path = "a", .url = "file:///a", .checksum = "what", .size = {}}};
  expect(wanted, "file:///a");
  EXPECT_NE(run.use_artifact("").error(), "");
  EXPECT_FALSE(fs::exists(run.directory() / "artifacts"));
  run.finish();
  EXPECT_NE(run.log_artifact(model()).error().find("has ended"), std::string::npos);
}

TEST_F(RunArtifactsTest, ARefusalIsTheTicketsError) {
  Run run = Run::start(settings());
  const ArtifactTicket ticket = run.use_artifact("imdb");
  spool::conclude(spool::pending_requests(run.directory()).at(0), {"", "no such artifact"});
  EXPECT_FALSE(ticket.wait(std::chrono::seconds(10))) << "it does not wait for what is known";
  EXPECT_EQ(ticket.error(), "no such artifact");
}

TEST_F(RunArtifactsTest, ARefusalSaysWhereTheFilesAre) {
  write("model/weights", "weights");
  Run run = Run::start(settings());
  const ArtifactTicket ticket = run.log_artifact(model());
  const fs::path folder = spool::pending_requests(run.directory()).at(0);
  spool::conclude(folder, {"", "another type"});
  EXPECT_EQ(ticket.error(), "another type; its files are kept in " + (folder / "files").string() +
                                ": put them with `tracker artifact put`, or remove them");
  EXPECT_EQ(content(folder / "files/weights"), "weights");
}

TEST_F(RunArtifactsTest, ARequestThatIsBeingMadeIsNotTakenUp) {
  Run run = Run::start(settings());
  const fs::path folder = spool::new_staging_folder(run.directory());
  EXPECT_TRUE(spool::pending_requests(run.directory()).empty());
  std::ofstream(folder / "request.json") << "{\"kind\":";
  ASSERT_EQ(spool::pending_requests(run.directory()).size(), 1u);
  EXPECT_THROW(spool::read_request(folder), Error);
}

// Its files may be read, or mapped, at any time: nobody may make room with them.
TEST_F(RunArtifactsTest, AFetchedFolderOfTheCacheIsHeldAsLongAsTheProcessLives) {
  const fs::path cached = dir_ / "versions/aa", own = dir_ / "versions/bb";
  fs::create_directories(cached);
  fs::create_directories(own);
  FetchSettings settings;
  settings.program = program_that_gets(cached);
  EXPECT_EQ(fetch_artifact("p/a", settings).folder, cached);
  EXPECT_FALSE(artifact::remove_version(cached));
  EXPECT_TRUE(fs::exists(cached));
  // A folder that the caller named is the caller's.
  settings.folder = own;
  settings.program = program_that_gets(own);
  fetch_artifact("p/a", settings);
  EXPECT_TRUE(artifact::remove_version(own));
}

}  // namespace
}  // namespace tracker::test
