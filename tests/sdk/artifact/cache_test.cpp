// What a cache that is too large loses, and what it never loses.
#include "artifact/cache.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <optional>

#include "artifact/chunk_cache.hpp"
#include "artifact/kept_version.hpp"
#include "support/temp_directory.hpp"

namespace tracker::artifact {
namespace {

namespace fs = std::filesystem;

class CacheTest : public testing::Test {
 protected:
  fs::path chunk(const std::string& bytes) {
    const ChunkRef ref{sha256(bytes), static_cast<std::uint32_t>(bytes.size())};
    ChunkCache(cache() / "chunks", 1).put(ref, bytes);
    const std::string name = ref.sha256.hex();
    return cache() / "chunks" / name.substr(0, 2) / name;
  }
  // As `artifact get --cached` leaves it.
  fs::path version(const std::string& digest, std::size_t size) {
    const fs::path folder = cache() / "versions" / digest;
    const KeptVersion kept(folder);
    fs::create_directories(folder / "deeper");
    std::ofstream(folder / "deeper/file") << std::string(size, 'x');
    return folder;
  }
  static void used_at(const fs::path& place, std::int64_t seconds) {
    const timespec times[2] = {{seconds, 0}, {seconds, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, place.c_str(), times, 0), 0) << place;
  }
  fs::path cache() const { return directory_ / "cache"; }

  test::TempDirectory directory_;
};

TEST_F(CacheTest, WhatWasNotUsedTheLongestGoesFirst) {
  const std::string a(1000, 'a');
  const fs::path first = chunk(a), second = chunk(std::string(1000, 'b')),
                 third = chunk(std::string(1000, 'c'));
  used_at(first, 1000);
  used_at(second, 2000);
  used_at(third, 3000);
  std::string got;
  ASSERT_TRUE(ChunkCache(cache() / "chunks", 1).get({sha256(a), 1000}, got));  // the oldest no more
  trim_cache(cache(), 2'500);
  EXPECT_TRUE(fs::exists(first));
  EXPECT_FALSE(fs::exists(second));
  EXPECT_TRUE(fs::exists(third));
}

TEST_F(CacheTest, VersionsAndChunksShareTheLimit) {
  const fs::path old = version("aa", 1000), older = version("bb", 1000), young = chunk("bytes");
  used_at(lock_of(old), 2000);
  used_at(lock_of(older), 1000);
  trim_cache(cache(), 2'010);
  EXPECT_TRUE(fs::exists(older)) << "it has room";
  trim_cache(cache(), 1'500);
  EXPECT_FALSE(fs::exists(older));
  EXPECT_FALSE(fs::exists(lock_of(older)));
  EXPECT_TRUE(fs::exists(old / "deeper/file"));
  trim_cache(cache(), 0);
  EXPECT_EQ(std::distance(fs::directory_iterator(cache() / "versions"), {}), 0);
  EXPECT_FALSE(fs::exists(young));
}

TEST_F(CacheTest, AVersionThatAProcessHoldsStays) {
  const fs::path folder = version("aa", 1000);
  std::optional<KeptVersion> kept(folder);
  used_at(lock_of(folder), 1000);
  trim_cache(cache(), 0);
  EXPECT_TRUE(fs::exists(folder / "deeper/file"));
  kept.reset();
  trim_cache(cache(), 0);
  EXPECT_FALSE(fs::exists(folder));
}

TEST_F(CacheTest, AVersionThatWasAskedForWithinADayStays) {
  const fs::path folder = version("aa", 1000);
  used_at(lock_of(folder), ::time(nullptr) - 23 * 3600);
  trim_cache(cache(), 0);
  EXPECT_TRUE(fs::exists(folder));
  used_at(lock_of(folder), 1000);
  { const KeptVersion asked(folder); }
  trim_cache(cache(), 0);
  EXPECT_TRUE(fs::exists(folder));
}

TEST_F(CacheTest, WhatAKilledProcessLeftGoes) {
  const fs::path whole = chunk("bytes");
  const fs::path old(whole.string() + ".part-1-0"), fresh(old.string() + "1");
  std::ofstream(old) << "x";
  std::ofstream(fresh) << "x";
  used_at(old, 1000);
  const fs::path half = version("aa", 10), going(half.string() + kGoing);
  fs::rename(half, going);
  trim_cache(cache(), 1'000'000);
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(fresh));
  EXPECT_TRUE(fs::exists(whole));
  EXPECT_FALSE(fs::exists(going));
}

TEST_F(CacheTest, ACacheThatIsNotThereIsNoError) {
  trim_cache(cache(), 0);
  trim_cache({}, 0);
  std::ofstream(cache()) << "a file";
  trim_cache(cache(), 0);
  EXPECT_THROW(KeptVersion(cache() / "versions/aa"), std::exception);
}

}  // namespace
}  // namespace tracker::artifact
