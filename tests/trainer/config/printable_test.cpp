#include "config/printable.hpp"

#include <gtest/gtest.h>

namespace trainer::config {
namespace {

TEST(Printable, KeepsTextOfAllScripts) {
  for (const char* text : {"", "plain", "é ü", "дом", "映画", "🎬", "a\u00a0b"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, HidesControlsOfOneAndTwoBytes) {
  EXPECT_EQ(printable("a\x1b[2Jb\x7f\n\t"), "a?[2Jb???");
  EXPECT_EQ(printable("a\u0080b\u009b2Jc\u009f"), "a?b?2Jc?");  // U+009B is ESC [ to a terminal
}

TEST(Printable, HidesBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("a\x9b"
                      "2J"),
            "a?2J");
  EXPECT_EQ(printable("\xff\xc3"), "??");
  EXPECT_EQ(printable("\xe6\x98"), "??");
  EXPECT_EQ(printable("\xc3\x1b["), "??[");
}

TEST(Printable, CutsBetweenCharacters) {
  EXPECT_EQ(printable("abc", 3), "abc");
  EXPECT_EQ(printable("abcd", 3), "abc…");
  EXPECT_EQ(printable("abé", 3), "ab…");
}

}  // namespace
}  // namespace trainer::config
