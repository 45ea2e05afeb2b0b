#pragma once

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

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

// What is not there is null.
inline nlohmann::json number_or_null(const std::optional<double>& value) {
  return value ? number(*value) : nlohmann::json(nullptr);
}
template <class T>
nlohmann::json or_null(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

}  // namespace tracker::http
