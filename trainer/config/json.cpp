#include "config/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/error.hpp"
#include "config/printable.hpp"
#include "config/whole_file.hpp"

namespace trainer::config {
namespace {

constexpr std::size_t kShownBytes = 60;

[[noreturn]] void refuse(const JsonObject& object, std::string_view key,
                         std::string_view expected) {
  const nlohmann::json* value = object.find(key);
  if (value == nullptr) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: '{}' is missing; it should be {}", object.place(), key, expected));
  }
  const std::string shown =
      value->is_array() ? "an array"
      : value->is_object()
          ? "an object"
          : printable(value->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
                      kShownBytes);
  throw Error(ErrorCode::kInvalidInput,
              fmt::format("{}: '{}' is {}; it should be {}", object.place(), key, shown, expected));
}

std::string describe(std::string_view noun, IntRange range) {
  const IntRange all;
  if (range.min == all.min && range.max == all.max) {
    return std::string(noun);
  }
  return fmt::format("{} from {} to {}", noun, range.min, range.max);
}

std::optional<std::int64_t> as_int(const nlohmann::json& value, IntRange range) {
  if (!value.is_number_integer()) {
    return std::nullopt;
  }
  if (value.is_number_unsigned() &&
      value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) {
    return std::nullopt;
  }
  const auto number = value.get<std::int64_t>();
  return number >= range.min && number <= range.max ? std::optional(number) : std::nullopt;
}

template <typename T>
T required(const JsonObject& object, std::string_view key, std::optional<T> value,
           std::string_view expected) {
  if (!value) {
    refuse(object, key, expected);
  }
  return *std::move(value);
}

}  // namespace

JsonObject::JsonObject(std::shared_ptr<const nlohmann::json> document, const nlohmann::json* value,
                       std::string place)
    : document_(std::move(document)), value_(value), place_(std::move(place)) {}

std::string read_json_text(const std::filesystem::path& file, std::size_t max_bytes) {
  return read_whole_file(file, {.bytes = max_bytes, .what = "a JSON file"});
}

NestsTooDeep::NestsTooDeep()
    : std::runtime_error(fmt::format("nests deeper than {} levels", kMaxJsonDepth)) {}

nlohmann::json parse_limited(std::string_view text) {
  using Event = nlohmann::json::parse_event_t;
  return nlohmann::json::parse(text, [](int depth, Event event, nlohmann::json&) {
    const bool opens = event == Event::object_start || event == Event::array_start;
    if (opens && static_cast<std::size_t>(depth) >= kMaxJsonDepth) throw NestsTooDeep();
    return true;
  });
}

std::optional<nlohmann::json> find_json(std::string_view text) {
  try {
    return parse_limited(text);
  } catch (const nlohmann::json::exception&) {
  } catch (const NestsTooDeep&) {
  }
  return std::nullopt;
}

JsonObject JsonObject::read(const std::filesystem::path& file, std::size_t max_bytes) {
  return parse(read_json_text(file, max_bytes), file.string());
}

JsonObject JsonObject::parse(std::string_view text, std::string place) {
  std::shared_ptr<const nlohmann::json> document;
  try {
    document = std::make_shared<const nlohmann::json>(parse_limited(text));
  } catch (const NestsTooDeep& error) {
    throw Error(ErrorCode::kInvalidInput, fmt::format("{}: {}", place, error.what()));
  } catch (const nlohmann::json::parse_error& error) {
    const std::size_t at = std::min<std::size_t>(error.byte, text.size());
    const auto line =
        1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: not valid JSON at line {} (byte {}): is the file whole?", place,
                            line, at));
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: not valid JSON: a number is out of range", place));
  }
  if (!document->is_object()) {
    throw Error(ErrorCode::kInvalidInput, fmt::format("{}: holds {} where an object was expected",
                                                      place, document->type_name()));
  }
  const nlohmann::json* root = document.get();
  return {std::move(document), root, std::move(place)};
}

const nlohmann::json* JsonObject::find(std::string_view key) const {
  const auto at = value_->find(key);
  return at == value_->end() || at->is_null() ? nullptr : &*at;
}

bool JsonObject::has(std::string_view key) const { return find(key) != nullptr; }

std::optional<JsonObject> JsonObject::object(std::string_view key) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is_object()) {
    refuse(*this, key, "an object");
  }
  return JsonObject(document_, value, fmt::format("{}: {}", place_, key));
}

std::optional<std::int64_t> find_int(const JsonObject& object, std::string_view key,
                                     IntRange range) {
  const nlohmann::json* value = object.find(key);
  return value == nullptr ? std::nullopt
                          : std::optional(required(object, key, as_int(*value, range),
                                                   describe("an integer", range)));
}

std::optional<double> find_number(const JsonObject& object, std::string_view key) {
  const nlohmann::json* value = object.find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is_number() || !std::isfinite(value->get<double>())) {
    refuse(object, key, "a number");
  }
  return value->get<double>();
}

std::optional<bool> find_bool(const JsonObject& object, std::string_view key) {
  const nlohmann::json* value = object.find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is_boolean()) {
    refuse(object, key, "true or false");
  }
  return value->get<bool>();
}

std::optional<std::string> find_string(const JsonObject& object, std::string_view key) {
  const nlohmann::json* value = object.find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is_string()) {
    refuse(object, key, "a string");
  }
  return value->get<std::string>();
}

std::optional<std::vector<std::string>> find_strings(const JsonObject& object,
                                                     std::string_view key) {
  const nlohmann::json* value = object.find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is_array()) {
    refuse(object, key, "a list of strings");
  }
  std::vector<std::string> strings;
  for (const nlohmann::json& item : *value) {
    if (!item.is_string()) {
      refuse(object, key, "a list of strings");
    }
    strings.push_back(item.get<std::string>());
  }
  return strings;
}

std::optional<std::vector<std::int64_t>> find_ints(const JsonObject& object, std::string_view key,
                                                   IntRange range) {
  const nlohmann::json* value = object.find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  const std::string expected = describe("a list of integers", range);
  if (!value->is_array()) {
    refuse(object, key, expected);
  }
  std::vector<std::int64_t> numbers;
  for (const nlohmann::json& item : *value) {
    numbers.push_back(required(object, key, as_int(item, range), expected));
  }
  return numbers;
}

std::int64_t required_int(const JsonObject& object, std::string_view key, IntRange range) {
  return required(object, key, find_int(object, key, range), describe("an integer", range));
}
double required_number(const JsonObject& object, std::string_view key) {
  return required(object, key, find_number(object, key), "a number");
}
std::string required_string(const JsonObject& object, std::string_view key) {
  return required(object, key, find_string(object, key), "a string");
}

std::int64_t int_or(const JsonObject& object, std::string_view key, std::int64_t fallback,
                    IntRange range) {
  return find_int(object, key, range).value_or(fallback);
}
double number_or(const JsonObject& object, std::string_view key, double fallback) {
  return find_number(object, key).value_or(fallback);
}
bool bool_or(const JsonObject& object, std::string_view key, bool fallback) {
  return find_bool(object, key).value_or(fallback);
}
std::string string_or(const JsonObject& object, std::string_view key, std::string fallback) {
  return find_string(object, key).value_or(std::move(fallback));
}

}  // namespace trainer::config
