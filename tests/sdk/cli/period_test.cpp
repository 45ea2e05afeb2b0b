#include "cli/period.hpp"

#include <gtest/gtest.h>

#include <tracker/error.hpp>

namespace tracker::cli {
namespace {

TEST(Period, units_are_read) {
  EXPECT_EQ(parse_period("0", "--x"), 0u);
  EXPECT_EQ(parse_period("45s", "--x"), 45u);
  EXPECT_EQ(parse_period("30m", "--x"), 1'800u);
  EXPECT_EQ(parse_period("12h", "--x"), 43'200u);
  EXPECT_EQ(parse_period("90d", "--x"), 7'776'000u);
  EXPECT_EQ(parse_period("2w", "--x"), 1'209'600u);
}

TEST(Period, anything_else_is_refused_with_the_options_name) {
  for (const char* text : {"", "5", "d", "-1d", "1.5d", "1 d", "1y", "99999999999999999999d",
                           "18446744073709551615w"}) {
    try {
      parse_period(text, "--grace");
      ADD_FAILURE() << text << " was taken";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("--grace"), std::string::npos);
    }
  }
}

TEST(Period, text_has_the_largest_whole_unit) {
  EXPECT_EQ(period_text(7'776'000), "90d");
  EXPECT_EQ(period_text(129'600), "36h");
  EXPECT_EQ(period_text(61), "61s");
}

}  // namespace
}  // namespace tracker::cli
