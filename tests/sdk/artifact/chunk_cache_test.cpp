#include "artifact/chunk_cache.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "artifact/compare.hpp"
#include "sdk/artifact/sample_bytes.hpp"
#include "support/temp_directory.hpp"

namespace tracker::artifact {
namespace {

namespace fs = std::filesystem;

ChunkRef chunk_of(const std::string& bytes) {
  return {sha256(bytes), static_cast<std::uint32_t>(bytes.size())};
}

class ChunkCacheTest : public testing::Test {
 protected:
  fs::path file_of(const std::string& bytes) const {
    const std::string name = sha256(bytes).hex();
    return directory_ / "cache" / name.substr(0, 2) / name;
  }
  test::TempDirectory directory_;
  std::string got_;
};

TEST_F(ChunkCacheTest, GivesWhatWasPutAndNothingElse) {
  ChunkCache kept(directory_ / "cache", 1'000'000);
  EXPECT_FALSE(kept.get(chunk_of("bytes"), got_));
  kept.put(chunk_of("bytes"), "bytes");
  ASSERT_TRUE(kept.get(chunk_of("bytes"), got_));
  EXPECT_EQ(got_, "bytes");
  EXPECT_FALSE(kept.get(chunk_of("other"), got_));
}

TEST_F(ChunkCacheTest, ADamagedChunkIsNoneAndIsRemoved) {
  ChunkCache kept(directory_ / "cache", 1'000'000);
  kept.put(chunk_of("bytes"), "bytes");
  std::ofstream(file_of("bytes")) << "bytEs";
  EXPECT_FALSE(kept.get(chunk_of("bytes"), got_));
  EXPECT_FALSE(fs::exists(file_of("bytes")));
}

TEST_F(ChunkCacheTest, AFolderThatCannotBeMadeIsNoError) {
  std::ofstream(directory_ / "cache") << "a file";
  ChunkCache kept(directory_ / "cache", 1'000'000);
  kept.put(chunk_of("bytes"), "bytes");
  EXPECT_FALSE(kept.get(chunk_of("bytes"), got_));
}

class CompareTest : public testing::Test {
 protected:
  void SetUp() override {
    first_ = test::SampleBytes(1).bytes(5000);
    ManifestWriter writer;
    writer.add_file("a/first", sha256(first_),
                    {chunk_of(first_.substr(0, 3000)), chunk_of(first_.substr(3000))});
    writer.add_reference("elsewhere", std::nullopt, "", "s3://bucket/key");
    writer.add_file("empty", sha256(""), {});
    writer.add_file("second", sha256("second"), {chunk_of("second")});
    manifest_ = writer.finish();
    fs::create_directories(directory_ / "a");
    write("a/first", first_);
    write("empty", "");
    write("second", "second");
  }
  void write(const std::string& path, const std::string& bytes) const {
    std::ofstream(directory_ / path, std::ios::binary) << bytes;
  }
  std::vector<Difference> differences() {
    read_ = 0;
    return compare_folder(directory_.path(), manifest_, [&](std::uint64_t n) { read_ += n; });
  }
  test::TempDirectory directory_;
  std::string first_, manifest_;
  std::uint64_t read_ = 0;
};

TEST_F(CompareTest, TheRightFolderHasNoDifference) {
  EXPECT_TRUE(differences().empty());
  EXPECT_EQ(read_, 5006u);
}

TEST_F(CompareTest, AFlippedBitIsFoundWhereverItIs) {
  test::SampleBytes random(2);
  for (int round = 0; round < 50; ++round) {
    std::string bytes = first_;
    const std::size_t at = random.number() % bytes.size();
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random.number() % 8)));
    write("a/first", bytes);
    const auto found = differences();
    ASSERT_EQ(found.size(), 1u) << "at " << at;
    EXPECT_EQ(found[0].kind, Difference::Kind::kChanged);
    EXPECT_EQ(found[0].path, "a/first");
    EXPECT_LE(found[0].where.from, at);
    EXPECT_GT(found[0].where.to, at);
  }
}

TEST_F(CompareTest, WhatIsMissingCutGrownOrTooMuchIsFound) {
  fs::remove(directory_ / "second");
  write("a/first", first_.substr(0, 4999));
  write("empty", "not");
  write("a/more", "x");
  const auto found = differences();
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0].path, "a/first");
  EXPECT_EQ(found[0].kind, Difference::Kind::kChanged);
  EXPECT_EQ(found[1].path, "empty");
  EXPECT_EQ(found[1].kind, Difference::Kind::kChanged);
  EXPECT_EQ(found[2].path, "second");
  EXPECT_EQ(found[2].kind, Difference::Kind::kMissing);
  EXPECT_EQ(found[3].path, "a/more");
  EXPECT_EQ(found[3].kind, Difference::Kind::kExtra);
}

TEST_F(CompareTest, ALinkInAFilesPlaceIsNotTheFile) {
  fs::rename(directory_ / "second", directory_ / "moved");
  fs::create_symlink("moved", directory_ / "second");
  const auto found = differences();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].kind, Difference::Kind::kMissing);
}

}  // namespace
}  // namespace tracker::artifact
