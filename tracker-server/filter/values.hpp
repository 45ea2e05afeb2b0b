#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

// Numbers, durations and times as they are written in a query. Pure; absent for what is none.
namespace tracker::filter {

// Of ASCII's, whatever the locale.
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// "3", "-1e-4", ".5", "inf"; never NaN.
std::optional<double> parse_number(std::string_view text) noexcept;
// "90s", "-7d", "1h30m": seconds.
std::optional<double> parse_duration(std::string_view text) noexcept;
// "2026-01-31", "2026-01-31T12:00", "2026-01-31T12:00:00.5+02:00": microseconds since the epoch.
std::optional<std::int64_t> parse_date(std::string_view text) noexcept;

}  // namespace tracker::filter
