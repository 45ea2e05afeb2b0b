#include "data/tables/json_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "config/error.hpp"
#include "trainer/data/data_test_files.hpp"

namespace trainer::data {
namespace {

using testing::HasSubstr;

// What the reader says of a text, read to its end with every getter.
std::string error_of(const std::string& text) {
  std::istringstream in(text);
  JsonLines lines(in, "a.jsonl");
  return message_of([&] {
    while (const std::optional<JsonRow> row = lines.next()) {
      row->text("text");
      row->optional_text("text_pair");
      row->integer("label");
    }
  });
}

TEST(JsonLines, SkipsBlankLinesAndCountsThem) {
  std::istringstream in("{\"text\":\"a\"}\r\n\n  \t\n{\"text\":\"b\",\"text_pair\":null}");
  JsonLines lines(in, "a.jsonl");
  EXPECT_EQ(lines.next()->text("text"), "a");
  const std::optional<JsonRow> second = lines.next();
  EXPECT_EQ(second->text("text"), "b");
  EXPECT_EQ(second->optional_text("text_pair"), std::nullopt);
  EXPECT_EQ(second->line, 4U);
  EXPECT_FALSE(lines.next());
}

TEST(JsonLines, ErrorsNameFileAndLine) {
  EXPECT_THAT(error_of("\n{\"text\""), HasSubstr("a.jsonl: line 2 is not valid JSON"));
  EXPECT_THAT(error_of("{\"text\":\"\xff\"}"), HasSubstr("a.jsonl: line 1 is not valid JSON"));
  EXPECT_THAT(error_of("{\"label\":1e999}"), HasSubstr("line 1 is not valid JSON: a number"));
  EXPECT_THAT(error_of("[1]"), HasSubstr("a.jsonl: line 1 is not a JSON object"));
  EXPECT_THAT(error_of("{}"), HasSubstr("a.jsonl: line 1 has no 'text'"));
  EXPECT_THAT(error_of("{\"text\":3}"), HasSubstr("has a 'text' that is not a string"));
  EXPECT_THAT(error_of("{\"text\":\"a\",\"text_pair\":3}"), HasSubstr("has a 'text_pair' that"));
  EXPECT_THAT(error_of("{\"text\":\"a\",\"label\":\"x\"}"),
              HasSubstr("'label' that is not an int"));
  EXPECT_THAT(error_of("{\"text\":\"a\",\"label\":18446744073709551615}"), HasSubstr("'label'"));
}

TEST(JsonLines, WhatNestsTooDeepIsRefusedWithItsLine) {
  const auto row = [](std::size_t arrays) {
    return R"({"text":"a","label":1,"more":)" + std::string(arrays, '[') +
           std::string(arrays, ']') + "}\n";
  };
  EXPECT_EQ(error_of(row(31)), "");
  for (const std::size_t arrays : {32, 1'000'000})
    EXPECT_EQ(error_of("\n" + row(arrays)), "a.jsonl: line 2 nests deeper than 32 levels");
}

TEST(JsonLines, MissingFileIsNotFound) {
  EXPECT_THAT(message_of([] { JsonLines::open("/no/such.jsonl"); }),
              HasSubstr("/no/such.jsonl: cannot be opened"));
}

}  // namespace
}  // namespace trainer::data
