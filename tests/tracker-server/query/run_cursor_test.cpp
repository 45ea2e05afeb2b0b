#include "query/run_cursor.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include <tracker/error.hpp>

namespace tracker::query {
namespace {

TEST(RunCursor, ReadsBackExactly) {
  RunCursor cursor;
  cursor.query = fingerprint("p", "a=1", "b");
  cursor.now_us = 1'700'000'000'000'000;
  cursor.end.no = 42;
  cursor.end.values = {0.1, std::monostate(), std::string("ü\"\\\n"), -HUGE_VAL, 5e-324};
  cursor.end.values.pop_back();
  const auto again = parse_cursor(format_cursor(cursor));
  EXPECT_EQ(again.query, cursor.query);
  EXPECT_EQ(again.now_us, cursor.now_us);
  EXPECT_EQ(again.end.no, 42);
  EXPECT_EQ(again.end.values, cursor.end.values);
}

TEST(RunCursor, PartsOfTheFingerprintAreApart) {
  EXPECT_NE(fingerprint("p", "ab", "c"), fingerprint("p", "a", "bc"));
  EXPECT_NE(fingerprint("p", "a", ""), fingerprint("p", "", "a"));
}

TEST(RunCursor, WhatIsNoneIsRefused) {
  for (const char* text : {"", "zz", "7", "7b7d", "5b5d", "6e756c6c", "1700000000000000_x"})
    EXPECT_THROW(parse_cursor(text), Error) << text;
  RunCursor cursor;
  cursor.end.values.assign(5, 1.0);
  EXPECT_THROW(parse_cursor(format_cursor(cursor)), Error);
  EXPECT_THROW(parse_cursor(std::string(1 << 20, 'a')), Error);
}

}  // namespace
}  // namespace tracker::query
