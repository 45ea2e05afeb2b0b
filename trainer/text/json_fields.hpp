#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

// Checked reading of one component of tokenizer.json. `place` names it in errors:
// "DIR/tokenizer.json: model".
namespace trainer::text {

using Json = nlohmann::json;

struct Component {
  const Json& json;
  std::string place;

  // A part of this one. Throws Error(kInvalidInput) unless `key` is there.
  Component at(std::string_view key) const;
  // Element of an array; this component must be one.
  Component element(std::size_t index) const;
  // The tag that says which class a component is; `fallback` for old files without one.
  std::string type(std::string_view fallback = "") const;
  bool has(std::string_view key) const;  // present and not null
};

std::string string_field(const Component& component, std::string_view key);
std::string string_field_or(const Component& component, std::string_view key, std::string fallback);
// A string of one character.
char32_t character_field(const Component& component, std::string_view key);
std::optional<bool> optional_bool(const Component& component, std::string_view key);
bool bool_field_or(const Component& component, std::string_view key, std::optional<bool> fallback);
// 0 … 2^31-1
std::int32_t id_field(const Component& component, std::string_view key);
std::int32_t id_value(const Component& component);

[[noreturn]] void throw_invalid(const Component& component, std::string_view message);
// "DIR/tokenizer.json: normalizer: 'Nmt' is not supported (supported: A, B, C)"
[[noreturn]] void throw_unsupported(const Component& component, std::string_view what,
                                    std::string_view supported);

}  // namespace trainer::text
