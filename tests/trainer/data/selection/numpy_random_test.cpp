#include "data/selection/numpy_random.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/sha.h>

namespace trainer::data {
namespace {

using testing::ElementsAre;

std::string sha256(const std::vector<std::int64_t>& values, std::size_t count) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(values.data()), count * sizeof(std::int64_t),
         digest);
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

// Every expected value is numpy 2.4's: default_rng(seed).permutation(n).astype("<i8").
TEST(NumpyPermutation, SmallOnesAreNumpys) {
  EXPECT_THAT(numpy_permutation(42, 0), ElementsAre());
  EXPECT_THAT(numpy_permutation(42, 1), ElementsAre(0));
  EXPECT_THAT(numpy_permutation(0, 10), ElementsAre(4, 6, 2, 7, 3, 5, 9, 0, 8, 1));
  EXPECT_THAT(numpy_permutation(42, 10), ElementsAre(5, 6, 0, 7, 3, 2, 4, 9, 1, 8));
  EXPECT_THAT(numpy_permutation(4294967301, 10), ElementsAre(6, 7, 4, 2, 5, 0, 9, 8, 3, 1));
  EXPECT_THAT(numpy_permutation(9223372036854775817U, 10),
              ElementsAre(3, 1, 9, 6, 8, 0, 5, 4, 7, 2));
}

TEST(NumpyPermutation, SizesThatRejectDrawsAreNumpys) {
  const std::pair<std::uint64_t, const char*> expected[] = {
      {0, "05d8bb5871e59e5222aa1bed87848b88f8e5cc066b80466e55f0e43defb3b1c2"},
      {7, "5fa5f07060c18039e346069ca04e23214d4bd7c633573754b25869a22f8c938f"},
      {9223372036854775817U, "dd256dc502516f21c265d44b82a66c86f67d0e6afdab79917420f778b12daa9f"}};
  for (const auto& [seed, digest] : expected)
    EXPECT_EQ(sha256(numpy_permutation(seed, 100003), 100003), digest);
}

TEST(NumpyPermutation, ImdbsOrderIsThatOfDatasets) {
  const std::vector<std::int64_t> order = numpy_permutation(42, 25000);
  EXPECT_EQ(order[0], 19923);
  EXPECT_EQ(sha256(order, 100), "c8b6f4f25df4a221d2aca281964ad2d9dcd54912d58419030f8ed8b57d7788ed");
  EXPECT_EQ(sha256(order, 500), "d3a58c260cdd8c0dac847d35c076151175176e5f6d852408dabe71da268c9e8e");
  EXPECT_EQ(sha256(order, 25000),
            "3b0cdc3257f823c6f75435f78af6dd48285d837227bcc92ad90e7609c5138709");
}

}  // namespace
}  // namespace trainer::data
