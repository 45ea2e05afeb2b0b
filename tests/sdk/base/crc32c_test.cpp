#include "base/crc32c.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tracker::base {
namespace {

TEST(Crc32c, KnownAnswers) {
  EXPECT_EQ(crc32c(0, "123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c(0, std::string(32, '\0')), 0x8A9136AAu);  // RFC 3720, B.4
  EXPECT_EQ(crc32c(0, std::string(32, '\xFF')), 0x62A8AB43u);
  EXPECT_EQ(crc32c(0, ""), 0u);
}

TEST(Crc32c, TablesAgreeWithTheInstructionAtEveryLength) {
  std::string data;
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(crc32c_portable(7, data.data(), data.size()), crc32c(7, data)) << i;
    data.push_back(static_cast<char>(i * 37 + 11));
  }
}

TEST(Crc32c, GoesOnFromAnEarlierPart) {
  EXPECT_EQ(crc32c(crc32c(0, "1234"), "56789"), crc32c(0, "123456789"));
}

}  // namespace
}  // namespace tracker::base
