#include "train/row_json.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace trainer::train {

nlohmann::ordered_json to_json(const Row& row) {
  nlohmann::ordered_json json = {{"step", row.step}};
  for (const auto& [key, value] : row.values) {
    if (std::isnan(value)) {
      json[key] = "NaN";
    } else if (std::isinf(value)) {
      json[key] = value > 0 ? "Infinity" : "-Infinity";
    } else if (value == std::floor(value) && std::abs(value) < 1e15 && key.ends_with("_step")) {
      json[key] = static_cast<std::int64_t>(value);
    } else {
      json[key] = value;
    }
  }
  return json;
}

Row row_from_json(const nlohmann::json& json) {
  Row row;
  if (!json.is_object()) return row;
  for (const auto& [key, value] : json.items()) {
    if (key == "step" && value.is_number_integer()) {
      row.step = value.get<std::int64_t>();
    } else if (value.is_number()) {
      row.values.emplace_back(key, value.get<double>());
    } else if (value == "NaN") {
      row.values.emplace_back(key, std::numeric_limits<double>::quiet_NaN());
    } else if (value == "Infinity" || value == "-Infinity") {
      const double infinity = std::numeric_limits<double>::infinity();
      row.values.emplace_back(key, value == "Infinity" ? infinity : -infinity);
    }
  }
  return row;
}

}  // namespace trainer::train
