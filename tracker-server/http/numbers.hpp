#pragma once

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace tracker::http {

// JSON has no NaN and no infinities: they travel as the strings of docs/http-api.md. Whole numbers
// are written without a fraction.
inline nlohmann::json number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value == std::floor(value) && std::fabs(value) < 9e15)
    return static_cast<std::int64_t>(value);
  return value;
}

}  // namespace tracker::http
