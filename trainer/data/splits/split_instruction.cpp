#include "data/splits/split_instruction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "config/error.hpp"

namespace trainer::data {
namespace {

[[noreturn]] void refuse(const std::string& text) {
  throw Error(ErrorCode::kUsage,
              fmt::format("'{}' is no split: give a name such as train, or a part of one such as "
                          "train[:80%] or train[100:200]",
                          text));
}

std::optional<SplitInstruction::Bound> bound_from(std::string_view part, const std::string& text) {
  if (part.empty()) return std::nullopt;
  SplitInstruction::Bound bound{.value = 0, .percent = part.ends_with('%')};
  if (bound.percent) part.remove_suffix(1);
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), bound.value);
  if (error != std::errc() || end != part.data() + part.size()) refuse(text);
  if (bound.percent && (bound.value < -100 || bound.value > 100)) refuse(text);
  return bound;
}

std::int64_t row_of(const SplitInstruction::Bound& bound, bool percent, std::int64_t count) {
  std::int64_t row = bound.value;
  if (percent) {
    row = static_cast<std::int64_t>(
        std::nearbyint(static_cast<double>(bound.value) * static_cast<double>(count) / 100.0));
  }
  if (row < 0) row = std::max<std::int64_t>(count + row, 0);
  return std::min(row, count);
}

}  // namespace

SplitInstruction split_from(const std::string& text) {
  SplitInstruction split;
  const std::size_t bracket = text.find('[');
  split.split = text.substr(0, bracket);
  if (split.split.empty() || split.split.find_first_of("]:%+() ") != std::string::npos)
    refuse(text);
  if (bracket == std::string::npos) return split;
  const std::size_t colon = text.find(':', bracket);
  if (colon == std::string::npos || !text.ends_with(']')) refuse(text);
  const std::string_view view = text;
  split.from = bound_from(view.substr(bracket + 1, colon - bracket - 1), text);
  split.to = bound_from(view.substr(colon + 1, text.size() - colon - 2), text);
  return split;
}

// One percent sign makes both bounds percents, as in `datasets`.
SplitInstruction::Range SplitInstruction::rows(std::uint64_t count) const {
  const auto all = static_cast<std::int64_t>(count);
  const bool percent = (from && from->percent) || (to && to->percent);
  const std::int64_t begin = from ? row_of(*from, percent, all) : 0;
  const std::int64_t end = to ? row_of(*to, percent, all) : all;
  return {static_cast<std::uint64_t>(begin), static_cast<std::uint64_t>(std::max(begin, end))};
}

}  // namespace trainer::data
