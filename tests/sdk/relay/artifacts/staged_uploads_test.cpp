// What a program asked its relay to do with artifacts: done, refused, or tried again.
#include "relay/artifacts/staged_uploads.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <iterator>

#include "artifact/manifest.hpp"
#include "spool/staged.hpp"
#include "support/fake_server/fake_artifacts.hpp"
#include "support/fake_server/fake_server.hpp"
#include "support/temp_directory.hpp"

namespace tracker::relay {
namespace {

namespace fs = std::filesystem;
using grpc::Status;
using grpc::StatusCode;
using test_support::Fault;

class StagedUploadsTest : public testing::Test {
 protected:
  fs::path stage(const std::string& bytes, const std::vector<std::string>& references = {}) {
    const fs::path folder = spool::new_staging_folder(directory_.path());
    fs::create_directories(folder / "files");
    std::ofstream(folder / "files/weights") << bytes;
    spool::ArtifactRequest request;
    request.name = "a";
    request.type = "model";
    request.source = "files";
    request.references = references;
    spool::submit(folder, request);
    return folder;
  }
  fs::path stage_use(const std::string& name) {
    const fs::path folder = spool::new_staging_folder(directory_.path());
    spool::ArtifactRequest request;
    request.kind = spool::ArtifactRequest::Kind::kUse;
    request.name = name;
    spool::submit(folder, request);
    return folder;
  }
  static std::string content(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // Does not return before all is done; the test's own limit ends one that hangs.
  static void await_idle(const StagedUploads& uploads) {
    while (!uploads.idle()) std::this_thread::yield();
  }

  test::TempDirectory directory_;
  test_support::FakeArtifacts service_;
  test_support::FakeServer server_{{&service_}};
};

TEST_F(StagedUploadsTest, RequestsAreDoneInOrderWithTheRunAsMaker) {
  const fs::path first = stage("one"), second = stage("two");
  StagedUploads uploads(directory_.path(), "run-id", "p", [](const auto&) {});
  EXPECT_FALSE(uploads.idle());
  uploads.online(discover(server_.url()));
  await_idle(uploads);
  ASSERT_EQ(service_.commits.size(), 2u);
  EXPECT_EQ(service_.commits[0].run_id(), "run-id");
  EXPECT_EQ(spool::read_result(first)->version, "p/a:v0");
  EXPECT_EQ(spool::read_result(second)->version, "p/a:v1");
  EXPECT_FALSE(fs::exists(first / "files"));
}

TEST_F(StagedUploadsTest, WhatIsUsedIsMadeWithoutAMakerAndThenUsed) {
  const fs::path folder = spool::new_staging_folder(directory_.path());
  spool::ArtifactRequest request;
  request.kind = spool::ArtifactRequest::Kind::kPutAndUse;
  request.name = "a";
  request.type = "dataset";
  request.known_references = {
      {.path = "rows.csv", .url = "file:///nowhere/rows.csv", .checksum = "sha256:00", .size = 5}};
  spool::submit(folder, request);
  StagedUploads uploads(directory_.path(), "run-id", "p", [](const auto&) {});
  uploads.online(discover(server_.url()));
  await_idle(uploads);
  EXPECT_EQ(spool::read_result(folder)->version, "p/a:v0") << spool::read_result(folder)->error;
  ASSERT_EQ(service_.commits.size(), 1u);
  EXPECT_EQ(service_.commits[0].run_id(), "");
  ASSERT_EQ(service_.uses.size(), 1u);
  EXPECT_EQ(service_.uses[0].run_id(), "run-id");
  EXPECT_EQ(service_.uses[0].ref().id(), "version-0");
  artifact::ManifestReader entries(service_.versions.at(0).manifest);
  const auto entry = entries.next();
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->url, "file:///nowhere/rows.csv") << "nobody looked for it";
  EXPECT_EQ(entry->checksum, "sha256:00");
  EXPECT_EQ(entry->size, 5u);
}

TEST_F(StagedUploadsTest, WhatTheServerRefusesIsConcludedWithTheReason) {
  const fs::path folder = stage("one");
  const Fault fault(service_, [](const std::string& what) {
    return what == "BeginUpload" ? Status(StatusCode::FAILED_PRECONDITION, "another type")
                                 : Status::OK;
  });
  StagedUploads uploads(directory_.path(), "run-id", "p", [](const auto&) {});
  uploads.online(discover(server_.url()));
  await_idle(uploads);
  EXPECT_EQ(spool::read_result(folder)->version, "");
  EXPECT_EQ(spool::read_result(folder)->error, "another type");
}

TEST_F(StagedUploadsTest, WhatIsRefusedKeepsItsFilesAndSaysWhere) {
  const fs::path folder = stage("the only copy");
  const Fault fault(service_, [](const std::string& what) {
    return what == "CommitVersion" ? Status(StatusCode::INVALID_ARGUMENT, "a name too long")
                                   : Status::OK;
  });
  test::TempDirectory log;
  {
    StagedUploads uploads(directory_.path(), "run-id", "p", [&](const std::string& line) {
      std::ofstream(log / "log", std::ios::app) << line << "\n";
    });
    uploads.online(discover(server_.url()));
    await_idle(uploads);
  }
  EXPECT_EQ(content(folder / "files/weights"), "the only copy");
  EXPECT_NE(content(log / "log").find((folder / "files").string()), std::string::npos);
}

// A proxy between, a server that is too old, a defect of its database: none of it lasts for ever,
// and the files are nowhere else.
TEST_F(StagedUploadsTest, AFailureThatMayBeMendedIsNoRefusal) {
  std::vector<StatusCode> failures = {StatusCode::INTERNAL, StatusCode::UNKNOWN,
                                      StatusCode::UNIMPLEMENTED, StatusCode::DATA_LOSS};
  const fs::path folder = stage("one");
  const Fault fault(service_, [&](const std::string& what) {
    if (what != "BeginUpload" || failures.empty()) return Status::OK;
    const Status failed(failures.back(), "not now");
    failures.pop_back();
    return failed;
  });
  StagedUploads uploads(directory_.path(), "run-id", "p", [](const auto&) {});
  uploads.online(discover(server_.url()));
  await_idle(uploads);
  EXPECT_EQ(spool::read_result(folder)->version, "p/a:v0") << spool::read_result(folder)->error;
  EXPECT_EQ(service_.chunks.begin()->second, "one");
}

TEST_F(StagedUploadsTest, OneThatCannotBeDoneYetDoesNotHoldUpTheNext) {
  const std::string nowhere =
      "http://127.0.0.1:" + std::to_string(test_support::unused_port()) + "/data.csv";
  const fs::path stuck = stage("one", {nowhere}), next = stage("two");
  StagedUploads uploads(directory_.path(), "run-id", "p", [](const auto&) {});
  uploads.online(discover(server_.url()));
  while (!spool::read_result(next)) std::this_thread::yield();
  EXPECT_EQ(spool::read_result(next)->version, "p/a:v0");
  EXPECT_FALSE(spool::read_result(stuck));
  EXPECT_FALSE(uploads.idle());
  std::string trouble;
  while ((trouble = uploads.trouble()).empty()) std::this_thread::yield();
  EXPECT_NE(trouble.find("data.csv"), std::string::npos) << trouble;
  EXPECT_EQ(content(stuck / "files/weights"), "one");
}

TEST_F(StagedUploadsTest, AUseOfWhatIsStillToBeMadeWaitsForIt) {
  std::atomic<bool> allowed{false}, asked{false};
  const Fault fault(service_, [&](const std::string& what) {
    if (what == "UseVersion") asked = true;
    return what == "BeginUpload" && !allowed ? Status(StatusCode::PERMISSION_DENIED, "viewer")
                                             : Status::OK;
  });
  const fs::path made = stage("one"), used = stage_use("a");
  StagedUploads uploads(directory_.path(), "run-id", "p", [](const auto&) {});
  uploads.online(discover(server_.url()));
  while (!asked) std::this_thread::yield();
  allowed = true;
  await_idle(uploads);
  EXPECT_EQ(spool::read_result(made)->version, "p/a:v0");
  EXPECT_EQ(spool::read_result(used)->version, "p/a:v0") << spool::read_result(used)->error;
}

TEST_F(StagedUploadsTest, AUseOfWhatIsNotThereIsRefused) {
  const fs::path used = stage_use("a");
  StagedUploads uploads(directory_.path(), "run-id", "p", [](const auto&) {});
  uploads.online(discover(server_.url()));
  await_idle(uploads);
  EXPECT_EQ(spool::read_result(used)->error, "no such version");
}

// The result of one cannot be written, as on a full disk; nothing else suffers by it.
TEST_F(StagedUploadsTest, AResultThatCannotBeWrittenIsWrittenLater) {
  const fs::path refused = stage("one"), done = stage("two");
  std::ofstream(refused / "request.json") << "{";
  std::vector<fs::path> in_the_way;
  for (const fs::path& folder : {refused, done}) {
    in_the_way.push_back(folder / ("result.json.part-" + std::to_string(::getpid())));
    fs::create_directories(in_the_way.back());
  }
  std::atomic<int> told{0};
  StagedUploads uploads(directory_.path(), "run-id", "p", [&](const std::string& line) {
    if (line.find("cannot write") != std::string::npos) ++told;
  });
  uploads.online(discover(server_.url()));
  while (told < 2) std::this_thread::yield();
  EXPECT_TRUE(fs::exists(done / "files/weights"));
  for (const fs::path& place : in_the_way) fs::remove(place);
  await_idle(uploads);
  EXPECT_NE(spool::read_result(refused)->error.find("damaged"), std::string::npos);
  EXPECT_NE(spool::read_result(done)->version, "");
}

TEST_F(StagedUploadsTest, WantOfARightIsTriedAgain) {
  const fs::path folder = stage("one");
  std::atomic<int> calls{0};
  const Fault fault(service_, [&](const std::string& what) {
    return what == "BeginUpload" && ++calls == 1 ? Status(StatusCode::PERMISSION_DENIED, "viewer")
                                                 : Status::OK;
  });
  std::atomic<bool> told{false};
  StagedUploads uploads(directory_.path(), "run-id", "p", [&](const std::string& line) {
    if (line.find("viewer") != std::string::npos) told = true;
  });
  uploads.online(discover(server_.url()));
  await_idle(uploads);
  EXPECT_TRUE(told);
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(spool::read_result(folder)->version, "p/a:v0");
  while (!uploads.trouble().empty()) std::this_thread::yield();
}

TEST_F(StagedUploadsTest, ADamagedRequestIsConcludedAndTheNextIsDone) {
  const fs::path damaged = stage("one"), good = stage("two");
  std::ofstream(damaged / "request.json") << "{";
  StagedUploads uploads(directory_.path(), "run-id", "p", [](const auto&) {});
  uploads.online(discover(server_.url()));
  await_idle(uploads);
  EXPECT_NE(spool::read_result(damaged)->error.find("damaged"), std::string::npos);
  EXPECT_TRUE(fs::exists(damaged / "files/weights"));
  EXPECT_EQ(spool::read_result(good)->version, "p/a:v0");
}

TEST_F(StagedUploadsTest, WithoutAServerRequestsStay) {
  const fs::path folder = stage("one");
  {
    const StagedUploads uploads(directory_.path(), "run-id", "p", [](const auto&) {});
  }
  EXPECT_FALSE(spool::read_result(folder));
  EXPECT_EQ(spool::pending_requests(directory_.path()).size(), 1u);
}

}  // namespace
}  // namespace tracker::relay
