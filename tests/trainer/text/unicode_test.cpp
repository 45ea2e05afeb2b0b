#include <gtest/gtest.h>

#include "text/regex/scanners.hpp"
#include "text/unicode/normal_forms.hpp"
#include "text/unicode/properties.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {
namespace {

// Expected values: Python's bytes.decode("utf-8", errors="replace").
TEST(Repair, ReplacesEachMaximalIllFormedPart) {
  EXPECT_EQ(repair("a\xffz"), "a\uFFFDz");
  EXPECT_EQ(repair("\xe4\xb8"), "\uFFFD");
  EXPECT_EQ(repair("\xe4\xb8\xe4\xb8\xad"), "\uFFFD\u4E2D");
  EXPECT_EQ(repair("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(repair("\xc0\xaf"), "\uFFFD\uFFFD");
  EXPECT_EQ(repair("\xf0\x9f\x98"), "\uFFFD");
  EXPECT_EQ(repair("\xf4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(repair("\u00e9\U0001F600"), "\u00e9\U0001F600");
}

TEST(IsValidUtf8, SeesIllFormedBytesAnywhere) {
  EXPECT_TRUE(is_valid_utf8("0123456789 \u00e9 \U0001F600"));
  EXPECT_FALSE(is_valid_utf8("01234567\x80"));
  EXPECT_FALSE(is_valid_utf8("\xe2\x82"));
}

// The library's crates are of different Unicode versions; these characters tell them apart.
TEST(UnicodeTables, HoldsTheLibrarysOwnVersions) {
  const UnicodeTables& tables = UnicodeTables::get();
  EXPECT_FALSE(tables.has(0x08D4, kAccent));       // a mark since Unicode 9
  EXPECT_FALSE(tables.has(0x2E4E, kPunctuation));  // punctuation since Unicode 12
  EXPECT_TRUE(tables.has(0x1C89, kRegexLetter));   // a letter since Unicode 16
  EXPECT_TRUE(tables.has('$', kPunctuation));
  EXPECT_TRUE(tables.has(0xE000, kCleaned));
  EXPECT_TRUE(tables.has(0x00A0, kWhitespace));
}

TEST(UnicodeTables, LowersCharacterByCharacter) {
  const auto lower = [](char32_t c) {
    std::string out;
    UnicodeTables::get().append_lower(out, c);
    return out;
  };
  EXPECT_EQ(lower(U'A'), "a");
  EXPECT_EQ(lower(U'z'), "z");
  EXPECT_EQ(lower(0x3A3), "\u03C3");
  EXPECT_EQ(lower(0x130), "i\u0307");
  EXPECT_EQ(lower(0x101), "\u0101");
  EXPECT_EQ(lower(0x100), "\u0101");
}

TEST(Normalize, StopsAtUnicode9) {
  EXPECT_EQ(normalize(NormalForm::kNfkc, "\u32FF \u32FE"), "\u32FF \u30F2");
  EXPECT_EQ(normalize(NormalForm::kNfd, "\u00e9"), "e\u0301");
  EXPECT_EQ(normalize(NormalForm::kNfc, "e\u0301"), "\u00e9");
}

TEST(Gpt2WordLength, FollowsThePattern) {
  const auto words = [](std::string_view text) {
    std::string out;
    while (!text.empty()) {
      const std::size_t length = gpt2_word_length(text);
      out.append(text.substr(0, length)).push_back('|');
      text.remove_prefix(length);
    }
    return out;
  };
  EXPECT_EQ(words("I'd've 'S"), "I|'d|'ve| '|S|");
  EXPECT_EQ(words("a  b\n\n c \t"), "a| | b|\n\n| c| \t|");
  EXPECT_EQ(words("x\n y"), "x|\n| y|");
  EXPECT_EQ(words("12ab, !?"), "12|ab|,| !?|");
  EXPECT_EQ(words(" "), " |");
}

}  // namespace
}  // namespace trainer::text
