#include "filter/values.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <string>

namespace tracker::filter {
namespace {

std::optional<double> seconds_of(char unit) noexcept {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3'600;
    case 'd':
      return 86'400;
    case 'w':
      return 604'800;
    default:
      return std::nullopt;
  }
}

// A number at the front of `text`, which then begins behind it.
std::optional<double> take_double(std::string_view& text) noexcept {
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
  return value;
}

// Exactly `digits` digits.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) noexcept {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take_sign(std::string_view& text, char sign) noexcept {
  if (text.empty() || text.front() != sign) return false;
  text.remove_prefix(1);
  return true;
}

// "Z", "+02:00", "-0530" or nothing: minutes east of UTC.
std::optional<int> take_offset(std::string_view& text) noexcept {
  if (text.empty() || take_sign(text, 'Z')) return 0;
  const bool west = text.front() == '-';
  if (!take_sign(text, '+') && !take_sign(text, '-')) return std::nullopt;
  const auto hours = take_digits(text, 2);
  take_sign(text, ':');
  const auto minutes = take_digits(text, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return (west ? -1 : 1) * (*hours * 60 + *minutes);
}

// "T12:00[:00[.5]]" in microseconds.
std::optional<std::int64_t> take_clock(std::string_view& text) noexcept {
  if (!take_sign(text, 'T') && !take_sign(text, ' ')) return std::nullopt;
  const auto hours = take_digits(text, 2);
  if (!hours || !take_sign(text, ':')) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  std::int64_t us = (*hours * 60 + *minutes) * 60'000'000LL;
  if (!take_sign(text, ':')) return us;
  const auto seconds = take_digits(text, 2);
  if (!seconds || *seconds > 59) return std::nullopt;
  us += *seconds * 1'000'000LL;
  if (!take_sign(text, '.')) return us;
  std::int64_t unit = 100'000;
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), unit /= 10)
    us += (text.front() - '0') * unit;
  return us;
}

}  // namespace

std::optional<double> parse_number(std::string_view text) noexcept {
  const bool plus = take_sign(text, '+');
  if (plus && !text.empty() && text.front() == '-') return std::nullopt;
  if (text == "inf") return HUGE_VAL;
  if (text == "-inf") return -HUGE_VAL;
  // from_chars knows more words ("nan", "infinity"), which are texts here.
  const auto first = text.find_first_not_of('-');
  if (first == std::string_view::npos || first > 1) return std::nullopt;
  if (!is_digit(text[first]) && text[first] != '.') return std::nullopt;
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ptr != text.data() + text.size()) return std::nullopt;
  if (parsed.ec == std::errc::result_out_of_range)  // too small or too large: the sign tells not
    return text.find("e-") != std::string_view::npos ? 0.0
                                                     : (text[0] == '-' ? -HUGE_VAL : HUGE_VAL);
  return parsed.ec == std::errc() ? std::optional(value) : std::nullopt;
}

std::optional<double> parse_duration(std::string_view text) noexcept {
  const bool negative = take_sign(text, '-');
  if (!negative) take_sign(text, '+');
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    if (!is_digit(text.front()) && text.front() != '.') return std::nullopt;
    const auto amount = take_double(text);
    if (!amount || text.empty()) return std::nullopt;
    const auto unit = seconds_of(text.front());
    if (!unit) return std::nullopt;
    text.remove_prefix(1);
    total += *amount * *unit;
  }
  return negative ? -total : total;
}

std::optional<std::int64_t> parse_date(std::string_view text) noexcept {
  const auto year = take_digits(text, 4);
  if (!year || !take_sign(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take_sign(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  std::int64_t us = std::chrono::sys_days(date).time_since_epoch().count() * 86'400'000'000LL;
  if (text.empty()) return us;
  const auto clock = take_clock(text);
  if (!clock) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return us + *clock - *offset * 60'000'000LL;
}

}  // namespace tracker::filter
