// Uploads to a scripted server: what moves, what is resumed, what is refused.
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "sdk/relay/artifacts/transfer_fixture.hpp"

namespace tracker::relay {
namespace {

TEST_F(TransferTest, WhatWasPutComesBack) {
  write_tree();
  references_ = {{"elsewhere", "s3://bucket/key", "", std::nullopt}};
  put();
  ASSERT_EQ(service_.commits.size(), 1u);
  EXPECT_EQ(service_.commits[0].run_id(), "run");
  EXPECT_EQ(service_.commits[0].aliases(0), "best");
  EXPECT_EQ(service_.uploaded_chunks, service_.chunks.size()) << "nothing twice";
  get("got");
  expect_tree("got");
}

TEST_F(TransferTest, ASecondVersionSendsOnlyWhatIsNew) {
  write_tree();
  put();
  const auto before = service_.uploaded_chunks;
  put();
  EXPECT_EQ(service_.uploaded_chunks, before);
  write("new", "new content");
  put();
  EXPECT_EQ(service_.uploaded_chunks, before + 1);
}

TEST_F(TransferTest, AnUploadThatBrokeSendsOnlyTheRest) {
  write_tree();
  std::uint64_t allowed = 3;
  std::optional<Fault> fault(std::in_place, service_, [&](const std::string& what) {
    if (what != "UploadChunks" || allowed-- > 0) return Status::OK;
    return Status(StatusCode::INTERNAL, "broken");
  });
  UploadOptions one_stream;
  one_stream.streams = 1;
  expect_error(ErrorCode::kInternal, "broken", [&] { put(one_stream); });
  EXPECT_EQ(service_.uploaded_chunks, 3u);
  EXPECT_TRUE(service_.versions.empty());
  fault.reset();
  put();
  EXPECT_EQ(service_.uploaded_chunks, service_.chunks.size());
  get("got");
  expect_tree("got");
}

TEST_F(TransferTest, FailuresThatPassAreTriedAgain) {
  write_tree();
  std::map<std::string, int> calls;
  const Fault fault(service_, [&](const std::string& what) {
    return ++calls[what] % 3 == 1 ? Status(StatusCode::UNAVAILABLE, "not now") : Status::OK;
  });
  EXPECT_EQ(put().version.number(), 0u);
  get("got");
  expect_tree("got");
}

TEST_F(TransferTest, ThePatienceEnds) {
  write_tree();
  const Fault fault(service_,
                    [](const std::string&) { return Status(StatusCode::UNAVAILABLE, "not now"); });
  patience_.longest = std::chrono::milliseconds(20);
  expect_error(ErrorCode::kUnavailable, "went away", [&] { put(); });
}

// A batch over a slow line may take longer than the patience before it fails for the first time.
TEST_F(TransferTest, ThePatienceBeginsWithTheFirstFailure) {
  Patience patience;
  patience.longest = std::chrono::milliseconds(50);
  patience.pauses = patience_.pauses;
  int tries = 0;
  with_patience(patience, {}, [&] {
    if (++tries > 1) return;
    const auto over = std::chrono::steady_clock::now() + 2 * patience.longest;
    while (std::chrono::steady_clock::now() < over) std::this_thread::yield();
    throw Error(ErrorCode::kUnavailable, "the line broke");
  });
  EXPECT_EQ(tries, 2);
}

TEST_F(TransferTest, ChunksThatWentAwayBeforeTheCommitAreSentAgain) {
  write_tree();
  bool first = true;
  const Fault fault(service_, [&](const std::string& what) {
    if (what == "CommitVersion" && std::exchange(first, false)) service_.chunks.clear();
    return Status::OK;
  });
  put();
  EXPECT_EQ(service_.begun, 2u);
  get("got");
  expect_tree("got");
}

TEST_F(TransferTest, ChunksThatGoAwayAgainAndAgainAreAFailureThatPasses) {
  write_tree();
  const Fault fault(service_, [&](const std::string& what) {
    if (what == "CommitVersion") service_.chunks.clear();
    return Status::OK;
  });
  expect_error(ErrorCode::kUnavailable, "went away", [&] { put(); });
  EXPECT_EQ(service_.begun, 2u);
}

// A machine that slept for more than a day comes back to an upload that is gone.
TEST_F(TransferTest, AnUploadThatIsGoneIsBegunAnew) {
  write_tree();
  for (const std::string call : {"FindMissing", "UploadChunks", "CommitVersion"}) {
    service_.chunks.clear();
    const auto before = service_.begun;
    bool gone = false, first = true;
    const Fault fault(service_, [&](const std::string& what) {
      if (what == "BeginUpload") gone = false;
      if (what == call && first) gone = std::exchange(first, false);
      return gone ? Status(StatusCode::NOT_FOUND, "no such upload") : Status::OK;
    });
    EXPECT_NO_THROW(put()) << call;
    EXPECT_EQ(service_.begun, before + 2) << call;
  }
}

TEST_F(TransferTest, ARunThatIsNotThereIsAnErrorAtOnce) {
  write_tree();
  const Fault fault(service_, [](const std::string& what) {
    return what == "CommitVersion" ? Status(StatusCode::NOT_FOUND, "no such run") : Status::OK;
  });
  expect_error(ErrorCode::kNotFound, "no such run", [&] { put(); });
  EXPECT_EQ(service_.begun, 1u);
}

// Sixty-five tags, another type: reading and hashing everything again would not help.
TEST_F(TransferTest, ACommitThatIsRefusedForAnotherReasonReadsNothingAgain) {
  write_tree();
  const Fault fault(service_, [](const std::string& what) {
    return what == "CommitVersion" ? Status(StatusCode::FAILED_PRECONDITION, "64 tags")
                                   : Status::OK;
  });
  UploadProgress progress;
  UploadOptions options;
  options.progress = &progress;
  expect_error(ErrorCode::kFailedPrecondition, "64 tags", [&] { put(options); });
  EXPECT_EQ(service_.begun, 1u);
  EXPECT_EQ(progress.files_read, 4u) << "each once";
}

TEST_F(TransferTest, AnUploadStopsWhenItIsAskedTo) {
  write_tree();
  std::stop_source stop;
  const Fault fault(service_, [&](const std::string& what) {
    if (what == "UploadChunks") stop.request_stop();
    return Status::OK;
  });
  UploadOptions options;
  options.stop = stop.get_token();
  expect_error(ErrorCode::kUnavailable, "interrupted", [&] { put(options); });
  EXPECT_TRUE(service_.versions.empty());
}

TEST_F(TransferTest, AFileThatCannotBeReadEndsTheUpload) {
  write_tree();
  NewVersion version;
  version.files = {{"a", source() / "nowhere"}, {"big", source() / "big"}};
  expect_error(ErrorCode::kNotFound, "nowhere", [&] { upload(client_, version, {}); });
}

}  // namespace
}  // namespace tracker::relay
