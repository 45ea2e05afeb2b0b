// Cuts at content: sizes, what a change moves, and reading a file in bounded memory.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <tracker/error.hpp>

#include "artifact/fastcdc.hpp"
#include "artifact/file_chunks.hpp"
#include "artifact/sha256.hpp"
#include "base/fd.hpp"
#include "sdk/artifact/sample_bytes.hpp"
#include "support/temp_directory.hpp"

namespace tracker::artifact {
namespace {

using test::SampleBytes;

constexpr ChunkSizes kSmall{1024, 4096, 16384};

std::vector<std::string_view> chunks_of(const FastCdc& cutter, std::string_view bytes) {
  std::vector<std::string_view> chunks;
  while (!bytes.empty()) {
    chunks.push_back(bytes.substr(0, cutter.cut(bytes)));
    bytes.remove_prefix(chunks.back().size());
  }
  return chunks;
}

std::string joined(const std::vector<std::string_view>& chunks) {
  std::string all;
  for (const auto chunk : chunks) all += chunk;
  return all;
}

TEST(FastCdc, ChunksJoinedAreTheBytesAndKeepToTheSizes) {
  const FastCdc cutter(kSmall);
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SampleBytes sample(seed);
    const std::string bytes = sample.bytes(sample.number() % 200'000);
    const auto chunks = chunks_of(cutter, bytes);
    ASSERT_EQ(joined(chunks), bytes) << "seed " << seed;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      ASSERT_LE(chunks[i].size(), kSmall.max);
      if (i + 1 < chunks.size()) {
        ASSERT_GT(chunks[i].size(), kSmall.min);
      }
    }
  }
}

TEST(FastCdc, SizesOfRandomBytesAreNearTheAverage) {
  const auto chunks = chunks_of(FastCdc(kSmall), SampleBytes(1).bytes(4 << 20));
  const double mean = static_cast<double>(4 << 20) / static_cast<double>(chunks.size());
  EXPECT_GT(mean, 0.8 * 4096);
  EXPECT_LT(mean, 1.4 * 4096);
}

TEST(FastCdc, BytesAllEqualAreCutAtTheLargestSize) {
  for (const auto chunk : chunks_of(FastCdc(kSmall), std::string(10 * kSmall.max, '\0')))
    EXPECT_EQ(chunk.size(), kSmall.max);
}

TEST(FastCdc, ShortBytesAreOneChunk) {
  const FastCdc cutter;
  EXPECT_EQ(cutter.cut(""), 0u);
  EXPECT_EQ(cutter.cut("a"), 1u);
  EXPECT_EQ(cutter.cut(SampleBytes(1).bytes(kChunkSizes.min)), kChunkSizes.min);
}

TEST(FastCdc, ImpossibleSizesAreRefused) {
  EXPECT_THROW(FastCdc({1024, 1024, 4096}), Error);
  EXPECT_THROW(FastCdc({1024, 4096, 5000}), Error);
  EXPECT_THROW(FastCdc({1024, 4096, 4096}), Error);
}

// Bytes of `after` in chunks that `before` lacks.
std::size_t moved(const FastCdc& cutter, std::string_view before, std::string_view after) {
  std::set<Sha256> known;
  for (const auto chunk : chunks_of(cutter, before)) known.insert(sha256(chunk));
  std::size_t bytes = 0;
  for (const auto chunk : chunks_of(cutter, after))
    if (!known.contains(sha256(chunk))) bytes += chunk.size();
  return bytes;
}

// One stretch of 1 % replaced, put in, or taken out, anywhere: the chunks it touches, and those
// until the cuts fall on the old ones again.
TEST(FastCdc, AChangeOfOneInAHundredMovesAtMostTwo) {
  const FastCdc cutter(kSmall);
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    SampleBytes sample(seed);
    const std::string before = sample.bytes(4 << 20);
    const std::size_t size = before.size() / 100;
    const std::size_t at = sample.number() % (before.size() - size);
    const std::size_t most = 2 * size;
    std::string after = before;
    after.replace(at, size, sample.bytes(size));
    EXPECT_LE(moved(cutter, before, after), most) << "replaced, seed " << seed;
    after = before;
    after.insert(at, sample.bytes(size));
    EXPECT_LE(moved(cutter, before, after), most) << "put in, seed " << seed;
    after = before;
    after.erase(at, size);
    EXPECT_LE(moved(cutter, before, after), most) << "taken out, seed " << seed;
    EXPECT_GE(moved(cutter, before, sample.bytes(size) + before), size);
  }
}

class FileChunksTest : public testing::Test {
 protected:
  base::Fd open(const std::string& bytes) {
    std::ofstream(directory_ / "file", std::ios::binary) << bytes;
    return base::Fd(::open((directory_ / "file").c_str(), O_RDONLY));
  }
  test::TempDirectory directory_;
};

TEST_F(FileChunksTest, CutsAFileAsItCutsItsBytes) {
  const FastCdc cutter(kSmall);
  FileChunks reader(cutter);
  for (const std::size_t size : {0, 1, 1024, 1025, 16384, 32768, 32769, 300'000}) {
    const std::string bytes = SampleBytes(size).bytes(size);
    const base::Fd fd = open(bytes);
    reader.begin(fd.get(), "file");
    std::vector<std::size_t> got, expected;
    std::string all;
    for (auto chunk = reader.next(); !chunk.empty(); chunk = reader.next()) {
      got.push_back(chunk.size());
      all += chunk;
      ASSERT_EQ(reader.offset(), all.size());
    }
    for (const auto chunk : chunks_of(cutter, bytes)) expected.push_back(chunk.size());
    EXPECT_EQ(all, bytes);
    EXPECT_EQ(got, expected) << "of " << size << " bytes";
    EXPECT_TRUE(reader.next().empty());
  }
}

TEST_F(FileChunksTest, AFileThatCannotBeReadIsNamed) {
  const FastCdc cutter(kSmall);
  FileChunks reader(cutter);
  const base::Fd folder(::open(directory_.path().c_str(), O_RDONLY));
  reader.begin(folder.get(), "the/name");
  try {
    reader.next();
    ADD_FAILURE() << "a folder was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnavailable);
    EXPECT_NE(std::string(error.what()).find("the/name"), std::string::npos);
  }
}

}  // namespace
}  // namespace tracker::artifact
