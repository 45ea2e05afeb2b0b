// Uploads and downloads against a scripted server: what moves, what is resumed, what is refused.
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>

#include <tracker/error.hpp>

#include "artifact/tree.hpp"
#include "relay/artifacts/chunk_fetcher.hpp"
#include "relay/artifacts/download.hpp"
#include "relay/artifacts/upload.hpp"
#include "relay/channel.hpp"
#include "sdk/artifact/sample_bytes.hpp"
#include "support/fake_server/fake_artifacts.hpp"
#include "support/fake_server/fake_server.hpp"
#include "support/temp_directory.hpp"

namespace tracker::relay {
namespace {

namespace fs = std::filesystem;
using grpc::Status;
using grpc::StatusCode;

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

class TransferTest : public testing::Test {
 protected:
  TransferTest() : client_(server_.url(), open_channel(discover(server_.url()))) {
    patience_.pauses = {std::chrono::milliseconds(1), std::chrono::milliseconds(1),
                        std::chrono::milliseconds(2)};
  }

  void write(const std::string& path, const std::string& bytes) const {
    fs::create_directories((source() / path).parent_path());
    std::ofstream(source() / path, std::ios::binary) << bytes;
  }
  // A file of about seven chunks, a small one twice, and an empty one.
  void write_tree() const {
    write("big", test::SampleBytes(1).bytes(7 << 20));
    write("small", "content");
    write("folder/same", "content");
    write("empty", "");
  }
  Uploaded put(const UploadOptions& options) const {
    NewVersion version;
    version.project = "p";
    version.type = "model";
    version.name = "a";
    version.files = artifact::files_of(source(), artifact::OutsideLinks::kRefused).files;
    version.references = references_;
    version.run_id = "run";
    version.aliases = {"best"};
    return upload(client_, version, options);
  }
  Uploaded put() {
    UploadOptions options;
    options.patience = patience_;
    return put(options);
  }
  void get(const std::string& folder, artifact::ChunkCache* cache = nullptr) {
    DownloadOptions options;
    options.patience = patience_;
    options.cache = cache;
    options.progress = &progress_;
    v1::ArtifactRef ref;
    ref.set_version("latest");
    const auto version = get_manifest(client_, ref, options);
    download(
        client_, version, [](auto) { return true; }, directory_ / folder, options);
  }
  void expect_tree(const std::string& folder) const {
    for (const char* path : {"big", "small", "folder/same", "empty"})
      EXPECT_TRUE(fs::is_regular_file(directory_ / folder / path) &&
                  content(directory_ / folder / path) == content(source() / path))
          << path;
    EXPECT_EQ(std::distance(fs::directory_iterator(directory_ / folder), {}), 4);
  }
  template <class Work>
  static void expect_error(ErrorCode code, const std::string& part, Work&& work) {
    try {
      work();
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }
  fs::path source() const { return directory_ / "source"; }

  test::TempDirectory directory_;
  test_support::FakeArtifacts service_;
  test_support::FakeServer server_{{&service_}};
  ArtifactsClient client_;
  Patience patience_;
  DownloadProgress progress_;
  std::vector<Reference> references_;
};

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
  service_.fault = [&](const std::string& what) {
    if (what != "UploadChunks" || allowed-- > 0) return Status::OK;
    return Status(StatusCode::INTERNAL, "broken");
  };
  UploadOptions one_stream;
  one_stream.streams = 1;
  expect_error(ErrorCode::kInternal, "broken", [&] { put(one_stream); });
  EXPECT_EQ(service_.uploaded_chunks, 3u);
  EXPECT_TRUE(service_.versions.empty());
  service_.fault = nullptr;
  put();
  EXPECT_EQ(service_.uploaded_chunks, service_.chunks.size());
  get("got");
  expect_tree("got");
}

TEST_F(TransferTest, FailuresThatPassAreTriedAgain) {
  write_tree();
  std::map<std::string, int> calls;
  service_.fault = [&](const std::string& what) {
    return ++calls[what] % 3 == 1 ? Status(StatusCode::UNAVAILABLE, "not now") : Status::OK;
  };
  EXPECT_EQ(put().version.number(), 0u);
  get("got");
  expect_tree("got");
}

TEST_F(TransferTest, ThePatienceEnds) {
  write_tree();
  service_.fault = [](const std::string&) { return Status(StatusCode::UNAVAILABLE, "not now"); };
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
  service_.fault = [&](const std::string& what) {
    if (what == "CommitVersion" && std::exchange(first, false)) service_.chunks.clear();
    return Status::OK;
  };
  put();
  EXPECT_EQ(service_.begun, 2u);
  get("got");
  expect_tree("got");
}

TEST_F(TransferTest, ChunksThatGoAwayAgainAndAgainAreAFailureThatPasses) {
  write_tree();
  service_.fault = [&](const std::string& what) {
    if (what == "CommitVersion") service_.chunks.clear();
    return Status::OK;
  };
  expect_error(ErrorCode::kUnavailable, "went away", [&] { put(); });
  EXPECT_EQ(service_.begun, 2u);
}

// Sixty-five tags, another type: reading and hashing everything again would not help.
TEST_F(TransferTest, ACommitThatIsRefusedForAnotherReasonReadsNothingAgain) {
  write_tree();
  service_.fault = [](const std::string& what) {
    return what == "CommitVersion" ? Status(StatusCode::FAILED_PRECONDITION, "64 tags")
                                   : Status::OK;
  };
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
  service_.fault = [&](const std::string& what) {
    if (what == "UploadChunks") stop.request_stop();
    return Status::OK;
  };
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

TEST_F(TransferTest, ADownloadThatBrokeFetchesOnlyTheRest) {
  write_tree();
  put();
  const auto all = service_.chunks.size();
  std::uint64_t allowed = 4;
  service_.fault = [&](const std::string& what) {
    if (what != "DownloadChunks" || allowed-- > 0) return Status::OK;
    return Status(StatusCode::INTERNAL, "broken");
  };
  expect_error(ErrorCode::kInternal, "broken", [&] { get("got"); });
  EXPECT_FALSE(fs::exists(directory_ / "got/big"));
  service_.fault = nullptr;
  const auto before = service_.downloaded_chunks;
  get("got");
  EXPECT_LE(service_.downloaded_chunks - before, all - before) << "what had come was kept";
  expect_tree("got");
}

// A full disk is not the server's: asking it for two minutes more would not help, and a chunk that
// was given twice would count twice.
TEST_F(TransferTest, WhatCannotBeKeptEndsTheDownloadAtOnce) {
  write_tree();
  put();
  for (const ErrorCode code : {ErrorCode::kResourceExhausted, ErrorCode::kUnavailable}) {
    std::map<std::size_t, int> given;
    DownloadOptions options;
    options.patience = patience_;
    options.streams = 1;
    v1::ArtifactRef ref;
    const auto version = get_manifest(client_, ref, options);
    const auto chunks = artifact::contents_of(version.manifest).chunks;
    const auto before = service_.downloaded_chunks;
    expect_error(code, "no room", [&] {
      ChunkFetcher(client_, "p", options).fetch(chunks, [&](std::size_t index, auto) {
        ++given[index];
        if (given.size() == 3) throw Error(code, "no room");
      });
    });
    EXPECT_EQ(given.size(), 3u);
    for (const auto& [index, times] : given) EXPECT_EQ(times, 1) << index;
    EXPECT_LE(service_.downloaded_chunks - before, chunks.size()) << "asked once";
  }
}

TEST_F(TransferTest, WhatIsThereAndRightIsNotFetched) {
  write_tree();
  put();
  get("got");
  const auto before = service_.downloaded_chunks;
  get("got");
  EXPECT_EQ(service_.downloaded_chunks, before);
  std::ofstream(directory_ / "got/small") << "Content";
  get("got");
  EXPECT_EQ(service_.downloaded_chunks, before + 1);
  expect_tree("got");
}

TEST_F(TransferTest, TheCacheSparesTheNetwork) {
  write_tree();
  put();
  artifact::ChunkCache cache(directory_ / "cache", 1 << 30);
  get("first", &cache);
  const auto before = service_.downloaded_chunks;
  get("second", &cache);
  EXPECT_EQ(service_.downloaded_chunks, before);
  expect_tree("second");
}

TEST_F(TransferTest, OtherBytesForAChunkAreNoticedAndNoFileAppears) {
  write("small", "content");
  put();
  service_.spoil = [](auto& chunk) { (*chunk.mutable_data())[3] ^= 1; };
  expect_error(ErrorCode::kDataLoss, "other bytes", [&] { get("got"); });
  EXPECT_FALSE(fs::exists(directory_ / "got/small"));
  v1::ArtifactRef ref;
  const auto version = get_manifest(client_, ref, {});
  expect_error(ErrorCode::kDataLoss, "other bytes", [&] { check_stored(client_, version, {}); });
}

TEST_F(TransferTest, AnotherManifestThanTheDigestSaysIsNoticed) {
  write("small", "content");
  put();
  service_.versions[0].manifest.back() ^= 1;
  expect_error(ErrorCode::kDataLoss, "manifest", [&] { get("got"); });
}

// A manifest whose digest is right and whose content is somebody's trap.
TEST_F(TransferTest, AManifestAgainstTheRulesWritesNothing) {
  write("xx/yyyy", "content");
  put();
  std::string manifest = service_.versions[0].manifest;
  manifest.replace(manifest.find("xx/yyyy"), 7, "../yyyy");
  service_.add(manifest);
  expect_error(ErrorCode::kInvalidArgument, "..", [&] { get("got/deeper"); });
  EXPECT_FALSE(fs::exists(directory_ / "got/yyyy"));
}

TEST_F(TransferTest, AFileThatIsNotWhatItsManifestSaysGetsNoName) {
  const std::string a = "first half", b = "second half";
  for (const auto& bytes : {a, b})
    service_.chunks[std::string(artifact::sha256(bytes).raw())] = bytes;
  artifact::ManifestWriter writer;
  writer.add_file("file", artifact::sha256("something else"),
                  {{artifact::sha256(a), 10}, {artifact::sha256(b), 11}});
  service_.add(writer.finish());
  expect_error(ErrorCode::kDataLoss, "another SHA-256 for the file", [&] { get("got"); });
  EXPECT_FALSE(fs::exists(directory_ / "got/file"));
}

}  // namespace
}  // namespace tracker::relay
