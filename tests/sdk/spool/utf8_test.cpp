#include "spool/utf8.hpp"

#include <gtest/gtest.h>

namespace tracker::spool {
namespace {

TEST(Utf8, WellFormedTextPasses) {
  for (const char* text :
       {"", "plain", "grüße", "日本語 text of some length", "\xF0\x9F\x98\x80", "\xEF\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
    EXPECT_EQ(to_utf8(text), text);
  }
}

TEST(Utf8, IllFormedBytesBecomeReplacementCharacters) {
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(to_utf8("a\xFF"
                    "b"),
            "a" + mark + "b");
  EXPECT_EQ(to_utf8("\xC0\xAF"), mark + mark);             // overlong
  EXPECT_EQ(to_utf8("\xED\xA0\x80"), mark + mark + mark);  // surrogate
  EXPECT_EQ(to_utf8("\xF4\x90\x80\x80"), mark + mark + mark + mark);
  EXPECT_EQ(to_utf8("ends in \xE6\x97"), "ends in " + mark + mark);
}

}  // namespace
}  // namespace tracker::spool
