#include "core/log_text.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace tracker::core {
namespace {

using namespace std::string_view_literals;

TEST(Quoted, PlainTextStandsBetweenQuotes) {
  EXPECT_EQ(quoted("a project/name=1"), R"("a project/name=1")");
  EXPECT_EQ(quoted(""), R"("")");
  EXPECT_EQ(quoted("größer 模型 🚀"), "\"größer 模型 🚀\"");
}

TEST(Quoted, NobodyForgesALineOrAField) {
  EXPECT_EQ(quoted("p\" level=error"), R"("p\" level=error")");
  EXPECT_EQ(quoted("back\\slash\\"), R"("back\\slash\\")");
  EXPECT_EQ(quoted("p\nlevel=error\r\t"), R"("p\nlevel=error\r\t")");
  EXPECT_EQ(quoted("\0\x1b[31m\x7f"sv), R"("\x00\x1b[31m\x7f")");
}

TEST(Quoted, WhatIsNotUtf8OrControlsATerminalIsShownAsBytes) {
  EXPECT_EQ(quoted("a\xff\xc3"), R"("a\xff\xc3")");
  EXPECT_EQ(quoted("\xe6\xa8"), R"("\xe6\xa8")");
  EXPECT_EQ(quoted("\xc2\x9b"), R"("\xc2\x9b")");  // CSI
  EXPECT_EQ(quoted("\xc2\xa0"), "\"\xc2\xa0\"");
}

}  // namespace
}  // namespace tracker::core
