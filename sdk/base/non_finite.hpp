#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

// The numbers that JSON lacks, by the names they have as strings in JSON of ours.
namespace tracker::base {

// Nothing for a number that JSON has.
inline std::optional<std::string_view> non_finite_name(double value) noexcept {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return std::nullopt;
}

// Nothing for any other text.
inline std::optional<double> non_finite_number(std::string_view name) noexcept {
  using Limits = std::numeric_limits<double>;
  if (name == "NaN") return Limits::quiet_NaN();
  if (name == "Infinity") return Limits::infinity();
  if (name == "-Infinity") return -Limits::infinity();
  return std::nullopt;
}

}  // namespace tracker::base
