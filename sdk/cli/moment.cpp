#include "cli/moment.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

#include <tracker/error.hpp>

#include "cli/period.hpp"

namespace tracker::cli {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;

// Digits alone, all of them.
std::optional<unsigned> number(std::string_view digits) {
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  unsigned value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return parsed.ec == std::errc() ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> day_s(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = number(text.substr(0, 4)), month = number(text.substr(5, 2)),
             day = number(text.substr(8, 2));
  if (!year || !month || !day || *year < 1970) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::seconds(std::chrono::sys_days(date).time_since_epoch()).count();
}

// "12:30" or "12:30:05".
std::optional<std::int64_t> time_s(std::string_view text) {
  const bool has_seconds = text.size() == 8 && text[5] == ':';
  if ((text.size() != 5 && !has_seconds) || text[2] != ':') return std::nullopt;
  const auto hour = number(text.substr(0, 2)), minute = number(text.substr(3, 2)),
             second = has_seconds ? number(text.substr(6, 2)) : std::optional(0u);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59)
    return std::nullopt;
  return *hour * 3'600 + *minute * 60 + *second;
}

std::optional<std::int64_t> written_s(std::string_view text) {
  if (text.ends_with('Z') && text.size() > 10) text.remove_suffix(1);
  const auto day = day_s(text.substr(0, 10));
  if (!day || text.size() == 10) return day;
  const auto time = text[10] == 'T' ? time_s(text.substr(11)) : std::nullopt;
  return time ? std::optional(*day + *time) : std::nullopt;
}

}  // namespace

std::int64_t parse_moment(std::string_view text, std::int64_t now_us, const std::string& option) {
  if (const auto seconds = written_s(text)) return *seconds * kSecondUs;
  if (text.find('-') == std::string_view::npos) {
    const auto longest = static_cast<std::uint64_t>(std::max<std::int64_t>(now_us, 0) / kSecondUs);
    const auto ago = std::min(parse_period(text, option), longest);
    return now_us - static_cast<std::int64_t>(ago) * kSecondUs;
  }
  throw Error(ErrorCode::kInvalidArgument,
              option + ": '" + std::string(text) +
                  "' is no time: give 2026-05-03, 2026-05-03T12:30 (UTC), or how long ago, as 7d");
}

}  // namespace tracker::cli
