#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace tracker::base {
namespace {

TEST(Utf8, WellFormedTextPasses) {
  for (const char* text :
       {"", "plain", "grüße", "日本語 text of some length", "\xF0\x9F\x98\x80", "\xEF\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
    EXPECT_EQ(to_text(text), text);
  }
}

TEST(Utf8, IllFormedBytesBecomeReplacementCharacters) {
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(to_text("a\xFF"
                    "b"),
            "a" + mark + "b");
  EXPECT_EQ(to_text("\xC0\xAF"), mark + mark);             // overlong
  EXPECT_EQ(to_text("\xED\xA0\x80"), mark + mark + mark);  // surrogate
  EXPECT_EQ(to_text("\xF4\x90\x80\x80"), mark + mark + mark + mark);
  EXPECT_EQ(to_text("ends in \xE6\x97"), "ends in " + mark + mark);
}

TEST(Utf8, NulIsNoTextAndIsReplaced) {
  using namespace std::string_view_literals;
  EXPECT_TRUE(is_utf8("a\0b"sv));
  EXPECT_FALSE(is_text("a\0b"sv));
  EXPECT_TRUE(is_text("a"));
  EXPECT_EQ(to_text("a\0b\0"sv),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
  EXPECT_EQ(to_text("\0\xFF"sv), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace tracker::base
