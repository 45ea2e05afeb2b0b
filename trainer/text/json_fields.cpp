#include "text/json_fields.hpp"

#include <fmt/format.h>

#include "config/error.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {
namespace {
const Json& require(const Component& component, std::string_view key) {
  if (component.json.is_object()) {
    const auto at = component.json.find(key);
    if (at != component.json.end()) return *at;
  }
  throw_invalid(component, fmt::format("has no '{}'", key));
}
}  // namespace

Component Component::at(std::string_view key) const {
  return {require(*this, key), fmt::format("{}.{}", place, key)};
}

Component Component::element(std::size_t index) const {
  if (!json.is_array() || index >= json.size()) throw_invalid(*this, "is not an array that long");
  return {json[index], fmt::format("{}[{}]", place, index)};
}

std::string Component::type(std::string_view fallback) const {
  if (!fallback.empty() && !has("type")) return std::string(fallback);
  return string_field(*this, "type");
}

bool Component::has(std::string_view key) const {
  if (!json.is_object()) return false;
  const auto at = json.find(key);
  return at != json.end() && !at->is_null();
}

std::string string_field(const Component& component, std::string_view key) {
  const Json& value = require(component, key);
  if (!value.is_string()) throw_invalid(component, fmt::format("'{}' is not a string", key));
  return value.get<std::string>();
}

std::string string_field_or(const Component& component, std::string_view key,
                            std::string fallback) {
  return component.has(key) ? string_field(component, key) : std::move(fallback);
}

char32_t character_field(const Component& component, std::string_view key) {
  const std::string text = string_field(component, key);
  if (text.empty() || decode(text.data()).length != text.size())
    throw_invalid(component, fmt::format("'{}' is not one character", key));
  return decode(text.data()).code;
}

std::optional<bool> optional_bool(const Component& component, std::string_view key) {
  if (!component.has(key)) return std::nullopt;
  const Json& value = require(component, key);
  if (!value.is_boolean()) throw_invalid(component, fmt::format("'{}' is not true or false", key));
  return value.get<bool>();
}

bool bool_field_or(const Component& component, std::string_view key, std::optional<bool> fallback) {
  const std::optional<bool> value = optional_bool(component, key);
  if (value) return *value;
  if (fallback) return *fallback;
  throw_invalid(component, fmt::format("has no '{}'", key));
}

std::int32_t id_value(const Component& component) {
  if (component.json.is_number_integer()) {
    const auto value = component.json.get<std::int64_t>();
    const bool wraps =
        component.json.is_number_unsigned() && component.json.get<std::uint64_t>() > 0x7FFFFFFFULL;
    if (value >= 0 && !wraps) return static_cast<std::int32_t>(value);
  }
  throw_invalid(component, "is not an id (an integer from 0 to 2147483647)");
}

std::int32_t id_field(const Component& component, std::string_view key) {
  return id_value(component.at(key));
}

void throw_invalid(const Component& component, std::string_view message) {
  throw Error(ErrorCode::kInvalidInput, fmt::format("{} {}", component.place, message));
}

void throw_unsupported(const Component& component, std::string_view what,
                       std::string_view supported) {
  throw Error(ErrorCode::kUnsupported, fmt::format("{}: '{}' is not supported (supported: {})",
                                                   component.place, what, supported));
}

}  // namespace trainer::text
