#include "data/tables/features.hpp"

#include <nlohmann/json.hpp>

namespace trainer::data {

std::vector<std::string> class_names(const nlohmann::json& features, const std::string& column) {
  if (!features.is_object() || !features.contains(column)) return {};
  const nlohmann::json* feature = &features.at(column);
  if (feature->is_array() && feature->size() == 1) {
    feature = &feature->at(0);
  } else if (feature->is_object() && feature->contains("feature")) {
    feature = &feature->at("feature");
  }
  if (!feature->is_object() || !feature->contains("names")) return {};
  std::vector<std::string> names;
  for (const nlohmann::json& name : feature->at("names")) {
    if (!name.is_string()) return {};
    names.push_back(name.get<std::string>());
  }
  return names;
}

}  // namespace trainer::data
