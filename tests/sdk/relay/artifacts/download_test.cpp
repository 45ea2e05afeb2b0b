// Downloads from a scripted server: what moves, what is resumed, what is not believed.
#include <map>
#include <optional>

#include "relay/artifacts/chunk_fetcher.hpp"
#include "sdk/relay/artifacts/transfer_fixture.hpp"

namespace tracker::relay {
namespace {

TEST_F(TransferTest, ADownloadThatBrokeFetchesOnlyTheRest) {
  write_tree();
  put();
  const auto all = service_.chunks.size();
  std::uint64_t allowed = 4;
  std::optional<Fault> fault(std::in_place, service_, [&](const std::string& what) {
    if (what != "DownloadChunks" || allowed-- > 0) return Status::OK;
    return Status(StatusCode::INTERNAL, "broken");
  });
  expect_error(ErrorCode::kInternal, "broken", [&] { get("got"); });
  EXPECT_FALSE(fs::exists(directory_ / "got/big"));
  fault.reset();
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

TEST_F(TransferTest, OfAFileWithAFlippedBitOneChunkIsFetched) {
  write_tree();
  put();
  get("got");
  std::fstream file(directory_ / "got/big", std::ios::in | std::ios::out | std::ios::binary);
  const char flipped = static_cast<char>(file.get() ^ 1);
  file.seekp(0).put(flipped);
  file.close();
  const auto before = service_.downloaded_chunks;
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
