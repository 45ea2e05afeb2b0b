#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

// An option's value as training_args.json and the run's config have it: what is absent is null, a
// list one text with commas, as the command line takes it.
namespace trainer::api {

template <class T>
nlohmann::ordered_json json_of(const T& value) {
  return value;
}

template <class T>
nlohmann::ordered_json json_of(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

inline nlohmann::ordered_json json_of(const std::vector<std::string>& value) {
  return fmt::format("{}", fmt::join(value, ","));
}

}  // namespace trainer::api
