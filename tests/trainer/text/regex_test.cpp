#include "text/regex/regex.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/error.hpp"
#include "text/regex/character_set.hpp"
#include "text/regex/scanners.hpp"

namespace trainer::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> found(const Pattern& pattern, std::string_view text) {
  std::vector<Match> matches;
  pattern.find(text, matches);
  std::vector<std::string> out;
  for (const Match& match : matches)
    out.emplace_back(text.substr(match.begin, match.end - match.begin));
  return out;
}

Error error_of(const char* pattern) {
  try {
    const Regex regex{pattern};
  } catch (const Error& error) {
    return error;
  }
  return {ErrorCode::kInternal, "nothing was thrown"};
}

TEST(Regex, MeansWhatOnigurumaMeans) {
  EXPECT_THAT(found(Regex("\\h+"), "cafe xyz 09"), ElementsAre("cafe", "09"));
  EXPECT_THAT(found(Regex("[a-f&&[^b-d]]+"), "abcdef"), ElementsAre("a", "ef"));
  EXPECT_THAT(found(Regex("^.$"), "a\nbc\nd"), ElementsAre("a", "d"));
  EXPECT_THAT(found(Regex("x{,2}y"), "xxxy y"), ElementsAre("xxy", "y"));
  EXPECT_THAT(found(Regex("\\p{L}+"), "\u1C89a 1"), ElementsAre("\u1C89a"));  // of Unicode 16
  EXPECT_THAT(found(Regex("z"), "abc"), IsEmpty());
}

TEST(Regex, NothingIsMatchedOnceAtEachPlace) {
  EXPECT_THAT(found(Regex("x*"), "\u00e9xx"), ElementsAre("", "xx"));
  EXPECT_THAT(found(Regex(""), "ab"), ElementsAre("", "", ""));
}

TEST(Regex, WhatCannotBeExpressedIsNamed) {
  EXPECT_EQ(error_of("\\X").code(), ErrorCode::kUnsupported);
  EXPECT_THAT(error_of("a\\X").what(), HasSubstr("'a\\X' has the escape \\X"));
  EXPECT_THAT(error_of("\\p{Nope}").what(), HasSubstr("the property \\p{Nope}"));
  EXPECT_THAT(error_of("(?~a)").what(), HasSubstr("the group '(?~'"));
  EXPECT_THAT(error_of("(?<=a+)b").what(), HasSubstr("cannot be matched by PCRE2"));
  EXPECT_THAT(error_of("(?i:ss)").what(), HasSubstr("'ss' without regard to case"));
}

TEST(Regex, BrokenPatternsAreRefused) {
  for (const char* pattern : {"(", ")", "[a", "a)", "[b-a]", "\\x{110000}", "*", "\\"}) {
    EXPECT_EQ(error_of(pattern).code(), ErrorCode::kInvalidInput) << pattern;
  }
  EXPECT_EQ(error_of(std::string(1000, '(').c_str()).code(), ErrorCode::kUnsupported);
  EXPECT_EQ(error_of(std::string(1000, '[').c_str()).code(), ErrorCode::kUnsupported);
}

TEST(Regex, HostilePatternEndsInAnError) {
  const Regex regex("(?:a|aa)+\\d");
  std::vector<Match> matches;
  try {
    regex.find(std::string(200, 'a'), matches);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidInput);
    EXPECT_THAT(error.what(), HasSubstr("takes too long on a text of 200 bytes"));
  }
}

TEST(CharacterSet, ComplementAndIntersection) {
  const CharacterSet set({{'c', 'f'}, {'a', 'b'}, {'x', 'x'}});
  EXPECT_THAT(set.ranges(), ElementsAre(CharacterRange{'a', 'f'}, CharacterRange{'x', 'x'}));
  EXPECT_EQ(set.complement().complement().ranges(), set.ranges());
  EXPECT_THAT(set.intersection(CharacterSet({{'e', 'z'}})).ranges(),
              ElementsAre(CharacterRange{'e', 'f'}, CharacterRange{'x', 'x'}));
  EXPECT_TRUE(property("Script_Nope") == std::nullopt);
  EXPECT_TRUE(property("Uppercase Letter")->contains('A'));
}

// Scanners and the pattern itself, on everything that may stand in between words.
TEST(KnownPattern, FindsWhatTheExpressionFinds) {
  const std::string pattern =
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
  const std::string gpt2 =
      R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
  constexpr std::string_view kParts[] = {"a",  "É", "1", " ",      "\n",     "\r",         "'", "s",
                                         "LL", "ſ", ".", "\u3000", "\u00b2", "\U0001F600", "\t"};
  for (const std::string& known : {pattern, gpt2}) {
    const auto scanner = known_pattern(known);
    ASSERT_NE(scanner, nullptr);
    const Regex regex(known);
    std::uint32_t state = 1;
    for (int round = 0; round < 2000; ++round) {
      std::string text;
      for (int i = 0; i < 12; ++i) {
        state = state * 1664525U + 1013904223U;
        text += kParts[(state >> 16U) % std::size(kParts)];
      }
      ASSERT_EQ(found(*scanner, text), found(regex, text)) << text;
    }
  }
  EXPECT_EQ(known_pattern("\\s+"), nullptr);
}

}  // namespace
}  // namespace trainer::text
