#include "core/document_check.hpp"

#include <gtest/gtest.h>

#include <tracker/error.hpp>

namespace tracker::core {
namespace {

std::string fault(const std::string& text) {
  try {
    check_document(text, "`spec`");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
    return error.what();
  }
  return "";
}
std::string nested(int levels, const std::string& open, const std::string& close) {
  std::string text = "{\"a\":", end = "}";
  for (int i = 1; i < levels; ++i) {
    text += open;
    end = close + end;
  }
  return text + "1" + end;
}

TEST(DocumentCheck, AnObjectIsTaken) {
  for (const char* text : {"{}", R"({"a":[1,-2,0.5,true,null,"é\n",{}]})", " {\"a\": 1}\n"})
    EXPECT_EQ(fault(text), "") << text;
}

TEST(DocumentCheck, WhatIsNoObjectIsNamed) {
  for (const char* text : {"[]", "1", "\"a\"", "null"})
    EXPECT_EQ(fault(text), "`spec` is not a JSON object") << text;
  for (const char* text : {"", "{", "{\"a\":}", "{} {}", "nul"})
    EXPECT_EQ(fault(text).find("`spec` is not JSON at byte "), 0u) << text;
}

TEST(DocumentCheck, ThirtyTwoLevelsAreTakenAndNoMore) {
  EXPECT_EQ(fault(nested(32, "{\"a\":", "}")), "");
  EXPECT_EQ(fault(nested(32, "[", "]")), "");
  for (const int levels : {33, 30'000}) {
    EXPECT_EQ(fault(nested(levels, "[", "]")), "`spec` is nested deeper than 32 levels");
    EXPECT_EQ(fault(nested(levels, "{\"a\":", "}")), "`spec` is nested deeper than 32 levels");
  }
}

TEST(DocumentCheck, TheLastByteIsTakenAndNoMore) {
  const std::string most = "{\"a\":\"" + std::string(kMostDocumentBytes - 8, 'x') + "\"}";
  EXPECT_EQ(most.size(), kMostDocumentBytes);
  EXPECT_EQ(fault(most), "");
  EXPECT_EQ(fault(most + " "), "`spec` has more than 262144 bytes");
}

TEST(DocumentCheck, TextsThatPostgresCannotHoldAreRefused) {
  EXPECT_EQ(fault(R"({"a":"x\u0000"})"), "`spec` has a NUL character in a text");
  EXPECT_EQ(fault(R"({"\u0000":1})"), "`spec` has a NUL character in a text");
  EXPECT_EQ(fault("{\"a\":\"\xff\"}"), "`spec` is not UTF-8, or has a NUL in it");
}

}  // namespace
}  // namespace tracker::core
