#include "base/hex.hpp"

#include <gtest/gtest.h>

namespace tracker::base {
namespace {

TEST(Hex, EveryByteIsTwoLowerCaseDigitsAndComesBack) {
  EXPECT_EQ(to_hex(""), "");
  EXPECT_EQ(to_hex(std::string_view("\x00\x0f\xa0\xff", 4)), "000fa0ff");
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  EXPECT_EQ(from_hex(to_hex(all)), all);
  std::string behind = "id-";
  append_hex(behind, "\x01z");
  EXPECT_EQ(behind, "id-017a");
}

TEST(Hex, OtherTextIsNothing) {
  EXPECT_EQ(from_hex(""), "");
  for (const char* text : {"0", "0A", "a ", "g0", "0x", "00\n", "-1"})
    EXPECT_FALSE(from_hex(text)) << text;
  EXPECT_FALSE(from_hex(std::string_view("0\0", 2)));
}

}  // namespace
}  // namespace tracker::base
