// The data of a run as references: of the hub's cache by what it knows, of other files by reading.
#include "api/dataset_artifact.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temp_directory.hpp"

namespace trainer::api {
namespace {

namespace fs = std::filesystem;
const std::string kCommit(40, 'c');
// printf 'text,label\n' | sha256sum
constexpr const char* kDigest =
    "sha256:3d1efb1f982c7ceea409a3c9f189c2f423e724ac1df3454a5536427d01cd8fc7";

class DatasetArtifact : public testing::Test {
 protected:
  fs::path write(const std::string& path) const {
    const fs::path file = folder_.path() / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << "text,label\n";
    return file;
  }
  static tracker::ArtifactReference only(const UsedData& data,
                                         fs::file_time_type opened = fs::file_time_type::max(),
                                         const std::stop_token& stop = {}) {
    const auto artifact = dataset_artifact(data, opened, stop);
    EXPECT_EQ(artifact.type, "dataset");
    return artifact.known_references.at(0);
  }

  tracker::test::TempDirectory folder_;
};

TEST_F(DatasetArtifact, AFileIsKnownByItsChecksumAndSize) {
  const fs::path file = write("my rows.csv");
  const auto reference = only({.source = file.string(), .files = {file}});
  EXPECT_EQ(reference.path, "my rows.csv");
  EXPECT_EQ(reference.url, "file://" + folder_.path().string() + "/my%20rows.csv");
  EXPECT_EQ(reference.size, 11U);
  EXPECT_EQ(reference.checksum, kDigest);
  EXPECT_EQ(
      dataset_artifact({.source = file.string(), .files = {file}}, fs::file_time_type::max(), {})
          .name,
      "my_rows.csv");
}

TEST_F(DatasetArtifact, AFileThatWasWrittenMeanwhileHasNoChecksum) {
  const fs::path file = write("rows.csv");
  const auto opened = fs::last_write_time(file) - std::chrono::seconds(1);
  const auto reference = only({.source = file.string(), .files = {file}}, opened);
  EXPECT_EQ(reference.checksum, "");
  EXPECT_EQ(reference.size, 11U);
}

TEST_F(DatasetArtifact, WhoeverStopsDoesNotWaitForChecksums) {
  std::stop_source stop;
  stop.request_stop();
  const fs::path file = write("rows.csv");
  EXPECT_EQ(
      only({.source = file.string(), .files = {file}}, fs::file_time_type::max(), stop.get_token())
          .checksum,
      "");
}

TEST_F(DatasetArtifact, FilesOfAFolderStandWhereTheyDoInIt) {
  const fs::path file = write("data/train/neg/1.txt");
  const fs::path folder = folder_.path() / "data/";
  const auto artifact =
      dataset_artifact({.source = folder.string(), .files = {file}}, fs::file_time_type::max(), {});
  EXPECT_EQ(artifact.name, "data");
  EXPECT_EQ(artifact.known_references.at(0).path, "train/neg/1.txt");
}

TEST_F(DatasetArtifact, FilesOfTheHubsCacheAreNotRead) {
  const std::string digest(64, 'a');
  const fs::path repo = folder_.path() / "hub/datasets--org--tiny";
  write("hub/datasets--org--tiny/blobs/" + digest);
  const fs::path snapshot = repo / "snapshots" / kCommit / "data";
  fs::create_directories(snapshot);
  fs::create_symlink("../../../blobs/" + digest, snapshot / "train.csv");
  const auto artifact = dataset_artifact({.source = "org/tiny", .files = {snapshot / "train.csv"}},
                                         fs::file_time_type::min(), {});
  EXPECT_EQ(artifact.name, "org_tiny");
  const auto& reference = artifact.known_references.at(0);
  EXPECT_EQ(reference.path, "data/train.csv");
  EXPECT_EQ(reference.url, "hf://datasets/org/tiny@" + kCommit + "/data/train.csv");
  EXPECT_EQ(reference.checksum, "sha256:" + digest);
  EXPECT_EQ(reference.size, 11U);
}

TEST_F(DatasetArtifact, OneSourceIsOneArtifactAndRowsInMemoryAreNone) {
  FineTuneOptions options;
  options.data.dataset = "a";
  data::Dataset train, evaluation;
  train.files = {"a/1", "a/2"};
  evaluation.files = {"a/2", "a/3"};
  const auto same = used_data(options, {.train = train, .evaluation = evaluation});
  ASSERT_EQ(same.size(), 1U);
  EXPECT_EQ(same[0].files, (std::vector<fs::path>{"a/1", "a/2", "a/3"}));
  options.eval_dataset = "b";
  EXPECT_EQ(used_data(options, {.train = train, .evaluation = evaluation}).size(), 2U);
  EXPECT_TRUE(used_data(options, {.train = data::Dataset(), .evaluation = {}}).empty());
}

TEST(ArtifactName, IsMadeOfAnyText) {
  EXPECT_EQ(artifact_name("model-happy fox/1"), "model-happy_fox_1");
  EXPECT_EQ(artifact_name(""), "data");
  EXPECT_EQ(artifact_name(".."), "data");
  EXPECT_EQ(artifact_name(std::string(500, 'x')).size(), 128U);
}

}  // namespace
}  // namespace trainer::api
