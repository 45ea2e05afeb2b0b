#include "artifact/chunk_cache.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

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
  void used_at(const std::string& bytes, std::int64_t seconds) const {
    const timespec times[2] = {{seconds, 0}, {seconds, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, file_of(bytes).c_str(), times, 0), 0);
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

TEST_F(ChunkCacheTest, WhatWasNotUsedTheLongestGoesFirst) {
  ChunkCache kept(directory_ / "cache", 2'500);
  const std::string a(1000, 'a'), b(1000, 'b'), c(1000, 'c');
  for (const auto& bytes : {a, b, c}) kept.put(chunk_of(bytes), bytes);
  used_at(a, 1000);
  used_at(b, 2000);
  used_at(c, 3000);
  ASSERT_TRUE(kept.get(chunk_of(a), got_));  // the oldest no more
  kept.trim();
  EXPECT_TRUE(fs::exists(file_of(a)));
  EXPECT_FALSE(fs::exists(file_of(b)));
  EXPECT_TRUE(fs::exists(file_of(c)));
}

TEST_F(ChunkCacheTest, WhatAKilledProcessLeftGoesAfterAnHour) {
  ChunkCache kept(directory_ / "cache", 1'000'000);
  kept.put(chunk_of("bytes"), "bytes");
  const fs::path old(file_of("bytes").string() + ".part-1-0"), fresh(old.string() + "1");
  std::ofstream(old) << "x";
  std::ofstream(fresh) << "x";
  const timespec times[2] = {{1000, 0}, {1000, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, old.c_str(), times, 0), 0);
  kept.trim();
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(fresh));
  EXPECT_TRUE(fs::exists(file_of("bytes")));
}

TEST_F(ChunkCacheTest, AFolderThatCannotBeMadeIsNoError) {
  std::ofstream(directory_ / "cache") << "a file";
  ChunkCache kept(directory_ / "cache", 1'000'000);
  kept.put(chunk_of("bytes"), "bytes");
  EXPECT_FALSE(kept.get(chunk_of("bytes"), got_));
  kept.trim();
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
