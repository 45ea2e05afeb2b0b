#include "cli/moment.hpp"

#include <gtest/gtest.h>

#include <tracker/error.hpp>

namespace tracker::cli {
namespace {

constexpr std::int64_t kNow = 1'777'777'777'000'000;

TEST(Moment, days_and_times_are_read_as_utc) {
  EXPECT_EQ(parse_moment("1970-01-01", kNow, "--x"), 0);
  EXPECT_EQ(parse_moment("2026-05-03", kNow, "--x"), 1'777'766'400'000'000);
  EXPECT_EQ(parse_moment("2026-05-03T03:09", kNow, "--x"), 1'777'777'740'000'000);
  EXPECT_EQ(parse_moment("2026-05-03T03:09:37", kNow, "--x"), kNow);
  EXPECT_EQ(parse_moment("2026-05-03T03:09:37Z", kNow, "--x"), kNow);
  EXPECT_EQ(parse_moment("2024-02-29", kNow, "--x"), 1'709'164'800'000'000);
}

TEST(Moment, a_period_is_how_long_ago) {
  EXPECT_EQ(parse_moment("0", kNow, "--x"), kNow);
  EXPECT_EQ(parse_moment("7d", kNow, "--x"), kNow - 604'800'000'000);
  EXPECT_EQ(parse_moment("99999999w", kNow, "--x"), 0) << "not before the epoch";
}

TEST(Moment, anything_else_is_refused_with_the_options_name) {
  for (const char* text :
       {"", "-", "2026-13-01", "2026-02-29", "2026-5-3", "1969-12-31", "2026-05-03T24:00",
        "2026-05-03T12", "2026-05-03T12:60", "2026-05-03 12:30", "2026-05-03T12:30:61",
        "2026-05-03T", "2026-05-03x", "+026-05-03", "yesterday", "-7d"}) {
    try {
      parse_moment(text, kNow, "--since");
      ADD_FAILURE() << text << " was taken";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("--since"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace tracker::cli
