#include "filter/values.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tracker::filter {
namespace {

TEST(Number, OnlyWholeTextsAndNoWords) {
  EXPECT_EQ(parse_number("3"), 3.0);
  EXPECT_EQ(parse_number("-1e-4"), -1e-4);
  EXPECT_EQ(parse_number(".5"), 0.5);
  EXPECT_EQ(parse_number("+2"), 2.0);
  EXPECT_EQ(parse_number("-inf"), -HUGE_VAL);
  EXPECT_EQ(parse_number("1e999"), HUGE_VAL);
  EXPECT_EQ(parse_number("1e-999"), 0.0);
  for (const char* text : {"", "-", "+-1", "--1", "nan", "infinity", "1x", "0x10", "1 "})
    EXPECT_FALSE(parse_number(text)) << text;
}

TEST(Duration, UnitsAddUp) {
  EXPECT_EQ(parse_duration("90s"), 90.0);
  EXPECT_EQ(parse_duration("-7d"), -604'800.0);
  EXPECT_EQ(parse_duration("1h30m"), 5'400.0);
  EXPECT_EQ(parse_duration("1.5w"), 907'200.0);
  for (const char* text : {"", "d", "7", "7x", "1h30", "-", "1h-2m", "1hh"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Date, WithAndWithoutClockAndOffset) {
  constexpr std::int64_t kDay = 1'769'817'600'000'000;  // 2026-01-31
  EXPECT_EQ(parse_date("2026-01-31"), kDay);
  EXPECT_EQ(parse_date("2026-01-31T12:00"), kDay + 12 * 3'600'000'000LL);
  EXPECT_EQ(parse_date("2026-01-31T12:00:01.25Z"), kDay + 12 * 3'600'000'000LL + 1'250'000);
  EXPECT_EQ(parse_date("2026-01-31T12:00:00+02:00"), kDay + 10 * 3'600'000'000LL);
  EXPECT_EQ(parse_date("2026-01-31 00:00-0130"), kDay + 5'400'000'000LL);
  for (const char* text : {"2026-02-30", "2026-1-31", "2026-01-31T", "2026-01-31T25:00",
                           "2026-01-31T12:00:00.Z", "2026-01-31T12:00+2", "2026-01-31x", "2026"})
    EXPECT_FALSE(parse_date(text)) << text;
}

}  // namespace
}  // namespace tracker::filter
