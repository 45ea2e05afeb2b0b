#pragma once

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/non_finite.hpp"

namespace tracker::http {

// JSON has no NaN and no infinities: they travel as the strings of docs/http-api.md. Whole numbers
// are written without a fraction.
inline nlohmann::json number(double value) {
  if (const auto name = base::non_finite_name(value)) return *name;
  if (value == std::floor(value) && std::fabs(value) < 9e15)
    return static_cast<std::int64_t>(value);
  return value;
}

}  // namespace tracker::http
