#include "train/keyed_values.hpp"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "config/error.hpp"

namespace trainer::train {
namespace {

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\n");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1);
}

std::string joined(std::initializer_list<std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) {
    if (!out.empty()) out += ", ";
    out += word;
  }
  return out;
}

}  // namespace

KeyedValues::KeyedValues(std::string flag, const std::string& text) : flag_(std::move(flag)) {
  const std::string whole = trimmed(text);
  if (whole.empty()) return;
  if (whole.front() == '{') {
    read_json(whole);
  } else {
    read_pairs(whole);
  }
}

void KeyedValues::read_pairs(const std::string& text) {
  std::istringstream in(text);
  for (std::string pair; std::getline(in, pair, ',');) {
    const std::size_t equals = pair.find('=');
    const std::string key = trimmed(pair.substr(0, equals));
    if (equals == std::string::npos || key.empty()) {
      throw Error(ErrorCode::kUsage,
                  flag_ + " '" + text +
                      "': expected key=value,key=value or a JSON object, found '" + trimmed(pair) +
                      "'");
    }
    values_[key] = trimmed(pair.substr(equals + 1));
  }
}

void KeyedValues::read_json(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object())
    throw Error(ErrorCode::kUsage, flag_ + " '" + text + "': not a JSON object");
  for (const auto& [key, value] : json.items()) {
    if (value.is_object() || value.is_array())
      throw Error(ErrorCode::kUsage, flag_ + ": the value of '" + key + "' must be a plain value");
    if (value.is_null()) continue;
    values_[key] = value.is_string() ? value.get<std::string>() : value.dump();
  }
}

void KeyedValues::refuse(std::string_view key, const std::string& what) const {
  throw Error(ErrorCode::kUsage,
              flag_ + ": " + std::string(key) + "=" + values_.find(key)->second + " " + what);
}

void KeyedValues::expect_only(std::initializer_list<std::string_view> keys,
                              const std::string& whose) const {
  for (const auto& [key, value] : values_) {
    bool known = false;
    for (const std::string_view wanted : keys) known = known || wanted == key;
    if (known) continue;
    throw Error(ErrorCode::kUsage,
                flag_ + ": " + whose + " knows no '" + key + "'; " +
                    (keys.size() == 0 ? "it takes no arguments" : "it knows " + joined(keys)));
  }
}

std::optional<double> KeyedValues::number(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  const std::string& text = found->second;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    refuse(key, "is not a number");
  return value;
}

double KeyedValues::number_or(std::string_view key, double fallback) const {
  return number(key).value_or(fallback);
}

std::optional<std::int64_t> KeyedValues::count(std::string_view key) const {
  const std::optional<double> value = number(key);
  if (!value) return std::nullopt;
  if (*value < 0 || *value > 1e15 || *value != std::floor(*value))
    refuse(key, "is not a whole number of at least 0");
  return static_cast<std::int64_t>(*value);
}

std::int64_t KeyedValues::count_or(std::string_view key, std::int64_t fallback) const {
  return count(key).value_or(fallback);
}

bool KeyedValues::flag_or(std::string_view key, bool fallback) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return fallback;
  std::string text = found->second;
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (text == "true" || text == "yes" || text == "1") return true;
  if (text == "false" || text == "no" || text == "0") return false;
  refuse(key, "is neither true nor false");
}

std::string KeyedValues::one_of(std::string_view key,
                                std::initializer_list<std::string_view> choices,
                                std::string_view fallback) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::string(fallback);
  for (const std::string_view choice : choices) {
    if (choice == found->second) return found->second;
  }
  refuse(key, "is not one of " + joined(choices));
}

}  // namespace trainer::train
