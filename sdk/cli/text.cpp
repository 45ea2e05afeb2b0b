#include "cli/text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/non_finite.hpp"
#include "base/utf8.hpp"

namespace tracker::cli {

std::string number_text(double value) {
  if (const auto name = base::non_finite_name(value)) return std::string(*name);
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  std::string shortest(text, end);
  if (shortest.find_first_of(".e") == std::string::npos) shortest += ".0";
  return shortest;
}

std::string number_json(double value) {
  return std::isfinite(value) ? number_text(value) : '"' + number_text(value) + '"';
}

std::string seconds_text(std::int64_t time_us) {
  const bool negative = time_us < 0;
  const auto magnitude =
      negative ? 0 - static_cast<std::uint64_t>(time_us) : static_cast<std::uint64_t>(time_us);
  std::string text =
      fmt::format("{}{}.{:06}", negative ? "-" : "", magnitude / 1'000'000, magnitude % 1'000'000);
  const auto last = text.find_last_not_of('0');
  text.erase(text[last] == '.' ? last + 2 : last + 1);
  return text;
}

std::string timestamp_text(std::int64_t time_us) {
  std::int64_t fraction = time_us % 1'000'000;
  std::time_t seconds = time_us / 1'000'000;
  if (fraction < 0) {
    fraction += 1'000'000;
    --seconds;
  }
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     fraction);
}

std::string minute_text(std::int64_t time_us) {
  return timestamp_text(time_us).substr(0, 16) + "Z";
}

std::string duration_text(double seconds) {
  if (seconds < 60) return fmt::format("{:.1f}s", seconds);
  const auto whole = static_cast<std::int64_t>(seconds);
  if (whole < 3600) return fmt::format("{}m {:02}s", whole / 60, whole % 60);
  if (whole < 86'400) return fmt::format("{}h {:02}m", whole / 3600, whole % 3600 / 60);
  return fmt::format("{}d {:02}h", whole / 86'400, whole % 86'400 / 3600);
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double scaled = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  for (; scaled >= 1000; scaled /= 1000) ++unit;
  return fmt::format("{:.1f} {}", scaled, kUnits[unit]);
}

std::string quoted_json(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string printable(std::string_view text) {
  std::string clean;
  const std::string characters = base::to_text(text);
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const auto byte = static_cast<unsigned char>(characters[i]);
    // C1, U+0080 to U+009F: a terminal may take U+009B for what ESC [ is.
    const bool c1 = byte == 0xC2 && static_cast<unsigned char>(characters[i + 1]) < 0xA0;
    if (c1) ++i;
    clean += c1 || byte < 0x20 || byte == 0x7F ? '?' : characters[i];
  }
  return clean;
}

}  // namespace tracker::cli
