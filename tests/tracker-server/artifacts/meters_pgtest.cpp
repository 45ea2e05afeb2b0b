#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "artifacts/directory_store.hpp"
#include "artifacts/meters.hpp"
#include "artifacts_fixture.hpp"
#include "support/temp_directory.hpp"

// The process counts for all tests, so what is looked at is what a test adds.
namespace tracker::artifacts {
namespace {

class ArtifactMeters : public ArtifactsTest {
 protected:
  void SetUp() override {
    ArtifactsTest::SetUp();
    before = samples();
  }
  static std::map<std::string, double> samples() {
    metrics::Writer out;
    write_metrics(out);
    std::map<std::string, double> all;
    std::istringstream lines(out.text());
    for (std::string line; std::getline(lines, line);)
      if (!line.starts_with("#"))
        all[line.substr(0, line.rfind(' '))] = std::stod(line.substr(line.rfind(' ')));
    return all;
  }
  double added(const std::string& name) {
    const auto now = samples();
    const auto found = now.find("tracker_artifact_" + name);
    if (found == now.end()) {
      ADD_FAILURE() << "no " << name;
      return -1;
    }
    return found->second - before.at(found->first);
  }
  double failed(const std::string& work) { return added("failures_total{work=\"" + work + "\"}"); }

  std::map<std::string, double> before;
};

TEST_F(ArtifactMeters, UploadsTellWhatCameAndWhatWasNew) {
  client->put({{"a", "one|two|"}, {"b", "two|"}});
  EXPECT_EQ(added("received_chunks_total"), added("stored_chunks_total") + 1) << "two| came twice";
  EXPECT_EQ(added("stored_chunks_total"), 2);
  EXPECT_EQ(added("stored_bytes_total"), 8);
  EXPECT_EQ(added("received_bytes_total"), 12);
  EXPECT_EQ(added("versions_total"), 1);
  EXPECT_EQ(added("version_bytes_total"), 12);
  EXPECT_EQ(added("deduplicated_bytes_total"), 4);
}

TEST_F(ArtifactMeters, WhatVersionsShareNeedsNoRoom) {
  client->put({{"a", "one|two|"}});
  client->put({{"a", "one|three"}});
  EXPECT_EQ(added("versions_total"), 2);
  EXPECT_EQ(added("deduplicated_bytes_total"), 4);
  client->put({{"a", "one|three"}});
  EXPECT_EQ(added("versions_total"), 2) << "of equal content";
  EXPECT_EQ(added("version_bytes_total"), 26);
  EXPECT_EQ(added("deduplicated_bytes_total"), 13);
}

// Takes so many objects, and half of the next.
class BreaksOff final : public ChunkStore {
 public:
  explicit BreaksOff(int objects) : left_(objects) {}
  std::string_view prefix() const noexcept override { return store_.prefix(); }
  void put(const std::string& key, std::string_view bytes) override {
    const bool whole = left_-- > 0;
    store_.put(key, whole ? bytes : bytes.substr(0, bytes.size() / 2));
    if (!whole) throw Error(ErrorCode::kUnavailable, "broke off");
  }
  std::string get(const std::string& key, std::uint32_t most) override {
    return store_.get(key, most);
  }
  void remove(const std::string& key) override { store_.remove(key); }

 private:
  test::TempDirectory root_;
  DirectoryStore store_{root_ / "chunks"};
  int left_;
};

// Eight objects are written in one go: what the second go leaves undone takes nothing from the
// first.
TEST_F(ArtifactMeters, WhatCameBeforeAnUploadBrokeOffIsCounted) {
  BreaksOff store(10);
  Uploads uploading(*database, clock, &store);
  std::vector<std::string> digests, pieces;
  for (char letter = 'a'; letter < 'a' + 12; ++letter) {
    pieces.emplace_back(4, letter);
    digests.emplace_back(artifact::sha256(pieces.back()).raw());
  }
  std::vector<ReceivedChunk> chunks;
  for (std::size_t i = 0; i < pieces.size(); ++i) chunks.push_back({digests[i], pieces[i]});
  const auto upload = TestClient{uploading}.begin();
  EXPECT_EQ(failure([&] { uploading.add(upload, chunks); }), ErrorCode::kUnavailable);
  EXPECT_EQ(added("received_chunks_total"), 12);
  EXPECT_EQ(added("received_bytes_total"), 48);
  EXPECT_EQ(added("stored_chunks_total"), 8);
  EXPECT_EQ(added("stored_bytes_total"), 32);
  EXPECT_EQ(count("artifact_chunk"), 8) << "what is counted is there";
  EXPECT_EQ(failed("upload"), 1);
}

TEST_F(ArtifactMeters, DownloadsAndGarbageAreCounted) {
  const Tree tree = {{"a", "one|two|"}};
  client->put(tree);
  EXPECT_EQ(read(find("v0")), tree);
  EXPECT_EQ(added("read_chunks_total"), 2);
  EXPECT_EQ(added("read_bytes_total"), 8);
  storage::delete_version(*database, {std::nullopt, "imdb", "net", "v0"},
                          {clock.now_us(), 0, false});
  collector->round();
  EXPECT_EQ(added("garbage_rounds_total"), 1);
  EXPECT_EQ(added("garbage_seconds_count"), 1);
  EXPECT_EQ(added("garbage_versions_total"), 1);
  EXPECT_EQ(added("garbage_chunks_total"), 2);
  EXPECT_EQ(added("garbage_bytes_total"), 8);
}

TEST_F(ArtifactMeters, TheFaultOfACallerIsNoFailure) {
  const auto upload = client->begin();
  EXPECT_EQ(failure([&] {
              client->commit(upload, {{"a", "missing"}});
            }),
            ErrorCode::kFailedPrecondition);
  const std::string digest(32, '\0');
  const ReceivedChunk wrong{digest, "x"};
  EXPECT_EQ(failure([&] { uploads->add(upload, std::span(&wrong, 1)); }),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(added("received_chunks_total"), 0) << "it arrived damaged";
  for (const char* work : {"upload", "commit", "download", "garbage"}) EXPECT_EQ(failed(work), 0);
}

TEST_F(ArtifactMeters, DamagedBytesAreAFailureOfADownload) {
  client->put({{"a", "one"}});
  database->pg()->run("UPDATE artifact_chunk SET data = 'two'");
  EXPECT_EQ(failure([&] { read(find("v0")); }), ErrorCode::kDataLoss);
  EXPECT_EQ(failed("download"), 1);
  EXPECT_EQ(added("read_chunks_total"), 0);
}

TEST_F(ArtifactMeters, AStreamCountsForAsLongAsItLives) {
  {
    const OpenUploadStream one, two;
    EXPECT_EQ(added("upload_streams"), 2);
  }
  EXPECT_EQ(added("upload_streams"), 0);
}

}  // namespace
}  // namespace tracker::artifacts
