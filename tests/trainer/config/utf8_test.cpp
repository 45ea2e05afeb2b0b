#include "config/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace trainer::config {
namespace {

TEST(Utf8, WellFormedCharactersHaveTheirLength) {
  for (const std::string_view character : {"a", "\xC2\x80", "\xE2\x82\xAC", "\xF4\x8F\xBF\xBF"}) {
    const Utf8Sequence first = first_sequence(std::string(character) + "b");
    EXPECT_TRUE(first.well_formed);
    EXPECT_EQ(first.bytes, character.size());
  }
}

// Table 3-8 of the Unicode Standard: how much of it one replacement character stands for.
TEST(Utf8, IllFormedOnesHaveTheLengthOfTheirMaximalPart) {
  const std::pair<std::string_view, std::size_t> cases[] = {
      {"\x80", 1},              // no lead
      {"\xC0\xAF", 1},          // overlong
      {"\xE0\x9F\xBF", 1},      // overlong
      {"\xED\xA0\x80", 1},      // surrogate
      {"\xF4\x90\x80\x80", 1},  // above U+10FFFF
      {"\xF5\x80\x80\x80", 1},
      {"\xE2\x82", 2},       // cut by the end
      {"\xF0\x9F\x98z", 3},  // cut by another character
      {"\xC3z", 1}};
  for (const auto& [text, bytes] : cases) {
    EXPECT_FALSE(first_sequence(text).well_formed);
    EXPECT_EQ(first_sequence(text).bytes, bytes);
  }
}

TEST(Utf8, ATextIsCutBeforeACharacter) {
  EXPECT_EQ(whole_characters("a\xE2\x82\xAC", 4), "a\xE2\x82\xAC");
  EXPECT_EQ(whole_characters("a\xE2\x82\xAC", 3), "a");
  EXPECT_EQ(whole_characters("\xE2\x82\xAC", 2), "");
  EXPECT_EQ(whole_characters("abc", 2), "ab");
}

}  // namespace
}  // namespace trainer::config
