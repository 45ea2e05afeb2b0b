#include "cli/period.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include <tracker/error.hpp>

namespace tracker::cli {
namespace {

constexpr std::array<std::pair<char, std::uint64_t>, 5> kUnits = {
    {{'w', 7 * 86'400}, {'d', 86'400}, {'h', 3'600}, {'m', 60}, {'s', 1}}};

}  // namespace

std::uint64_t parse_period(std::string_view text, const std::string& option) {
  if (text == "0") return 0;
  std::uint64_t count = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, count);
  if (parsed.ec == std::errc() && parsed.ptr + 1 == end) {
    for (const auto& [unit, seconds] : kUnits)
      if (*parsed.ptr == unit && count <= std::numeric_limits<std::uint64_t>::max() / seconds)
        return count * seconds;
  }
  throw Error(ErrorCode::kInvalidArgument,
              option + ": '" + std::string(text) +
                  "' is no period: give a whole number with a unit, as 90d, 12h, 30m or 2w");
}

std::string period_text(std::uint64_t seconds) {
  for (const auto& [unit, size] : kUnits)
    if (unit != 'w' && seconds % size == 0 && seconds > 0)
      return std::to_string(seconds / size) + unit;
  return "0s";
}

}  // namespace tracker::cli
