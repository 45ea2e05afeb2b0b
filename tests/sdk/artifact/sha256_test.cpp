#include "artifact/sha256.hpp"

#include <gtest/gtest.h>

namespace tracker::artifact {
namespace {

// FIPS 180-4's example, and the digest of nothing.
TEST(Sha256, GivesTheDigestsOfTheStandard) {
  EXPECT_EQ(sha256("abc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, IsTheSameInPieces) {
  Sha256Hasher hasher;
  hasher.add("a");
  hasher.add("");
  hasher.add("bc");
  EXPECT_EQ(hasher.finish(), sha256("abc"));
}

TEST(Sha256, ReadsWhatItWritesAndNothingElse) {
  const Sha256 digest = sha256("abc");
  EXPECT_EQ(Sha256::from_hex(digest.hex()), digest);
  EXPECT_EQ(Sha256::from_raw(digest.raw()), digest);
  std::string hex = digest.hex();
  EXPECT_FALSE(Sha256::from_hex(hex.substr(1)));
  EXPECT_FALSE(Sha256::from_hex(hex + "0"));
  hex[5] = 'G';
  EXPECT_FALSE(Sha256::from_hex(hex));
  hex[5] = 'A';
  EXPECT_FALSE(Sha256::from_hex(hex)) << "upper case is another text for the same";
  EXPECT_FALSE(Sha256::from_raw("short"));
}

}  // namespace
}  // namespace tracker::artifact
