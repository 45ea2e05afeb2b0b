#include "cli/text.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace {

using namespace tracker::cli;

TEST(NumberText, is_the_shortest_that_reads_back_and_shows_that_it_is_floating_point) {
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(1), "1.0");
  EXPECT_EQ(number_text(-0.0), "-0.0");
  EXPECT_EQ(number_text(1e300), "1e+300");
  std::mt19937_64 random(7);
  for (int i = 0; i < 10'000; ++i) {
    double value;
    const std::uint64_t bits = random();
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    ASSERT_EQ(std::strtod(number_text(value).c_str(), nullptr), value);
  }
}

TEST(NumberJson, names_what_json_cannot_say) {
  EXPECT_EQ(number_json(std::nan("")), "\"NaN\"");
  EXPECT_EQ(number_json(std::numeric_limits<double>::infinity()), "\"Infinity\"");
  EXPECT_EQ(number_json(-std::numeric_limits<double>::infinity()), "\"-Infinity\"");
  EXPECT_EQ(number_json(2.5), "2.5");
}

TEST(SecondsText, keeps_every_microsecond_and_no_more_digits_than_needed) {
  EXPECT_EQ(seconds_text(1'764'000'000'250'000), "1764000000.25");
  EXPECT_EQ(seconds_text(1'764'000'000'123'456), "1764000000.123456");
  EXPECT_EQ(seconds_text(1'764'000'000'000'000), "1764000000.0");
  EXPECT_EQ(seconds_text(0), "0.0");
  EXPECT_EQ(seconds_text(-1'500'000), "-1.5");
  EXPECT_EQ(seconds_text(std::numeric_limits<std::int64_t>::min()), "-9223372036854.775808");
}

TEST(TimestampText, is_utc_with_microseconds) {
  EXPECT_EQ(timestamp_text(0), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(timestamp_text(1'764'000'000'123'456), "2025-11-24T16:00:00.123456Z");
  EXPECT_EQ(timestamp_text(-1), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(timestamp_text(-1'000'000), "1969-12-31T23:59:59.000000Z");
  EXPECT_EQ(timestamp_text(std::numeric_limits<std::int64_t>::min()),
            "-290308-12-21T19:59:05.224192Z");
}

TEST(DurationText, has_two_units_at_most) {
  EXPECT_EQ(duration_text(3.24), "3.2s");
  EXPECT_EQ(duration_text(245), "4m 05s");
  EXPECT_EQ(duration_text(7380), "2h 03m");
  EXPECT_EQ(duration_text(435'600), "5d 01h");
}

TEST(BytesText, counts_in_thousands) {
  EXPECT_EQ(bytes_text(12), "12 B");
  EXPECT_EQ(bytes_text(3'400'000), "3.4 MB");
  EXPECT_EQ(bytes_text(std::numeric_limits<std::uint64_t>::max()), "18.4 EB");
}

TEST(QuotedJson, survives_quotes_and_bytes_that_are_not_text) {
  EXPECT_EQ(quoted_json("a\"b\n"), R"("a\"b\n")");
  EXPECT_EQ(quoted_json("\xff"), "\"\xEF\xBF\xBD\"");
}

TEST(Printable, hides_what_would_steer_a_terminal) {
  EXPECT_EQ(printable("a\x1b[2Jb\x7f"), "a?[2Jb?");
  EXPECT_EQ(printable("\xC2\x9B"
                      "2J\xC2\x80\xC2\x9F"),
            "?2J??");
  EXPECT_EQ(printable("\xC2\xA0\xC3\xBC\xE6\x97\xA5"), "\xC2\xA0\xC3\xBC\xE6\x97\xA5");
  EXPECT_EQ(printable("\x9B"
                      "2J\xC2"),
            "\xEF\xBF\xBD"
            "2J\xEF\xBF\xBD");
}

}  // namespace
