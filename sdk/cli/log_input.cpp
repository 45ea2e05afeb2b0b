#include "cli/log_input.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include <tracker/error.hpp>

namespace tracker::cli {
namespace {

using nlohmann::json;

Error bad(const std::string& what) { return Error(ErrorCode::kInvalidArgument, what); }

double number(const std::string& key, const json& value) {
  if (value.is_number()) return value.get<double>();
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (text == "Infinity") return std::numeric_limits<double>::infinity();
    if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  }
  throw bad("'" + key + "' is not a number, true, false, \"NaN\", \"Infinity\" or \"-Infinity\"");
}

std::int64_t step_of(const json& value) {
  if (value.is_number_unsigned() &&
      value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) {
    throw bad("'step' is too large");
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (value.is_number_float()) {
    const double step = value.get<double>();
    if (std::trunc(step) == step && std::abs(step) <= kExact)
      return static_cast<std::int64_t>(step);
  }
  throw bad("'step' is not an integer");
}

Value to_value(const json& value) {
  switch (value.type()) {
    case json::value_t::boolean:
      return value.get<bool>();
    case json::value_t::number_integer:
      return value.get<std::int64_t>();
    case json::value_t::number_unsigned:
      if (value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
        return value.get<double>();
      return value.get<std::int64_t>();
    case json::value_t::number_float:
      return value.get<double>();
    case json::value_t::string:
      return value.get<std::string>();
    case json::value_t::array: {
      List list;
      for (const auto& item : value) list.push_back(to_value(item));
      return list;
    }
    case json::value_t::object: {
      Dict dict;
      for (const auto& [key, item] : value.items()) dict.emplace(key, to_value(item));
      return dict;
    }
    default:
      return nullptr;
  }
}

}  // namespace

LogRow parse_log_row(std::string_view line) {
  json object;
  try {
    object = json::parse(line);
  } catch (const json::exception&) {
    throw bad("not JSON");
  }
  if (!object.is_object()) throw bad("not a JSON object");
  LogRow row;
  for (const auto& [key, value] : object.items()) {
    if (key == "step") {
      row.step = step_of(value);
    } else if (key.empty()) {
      throw bad("a metric has an empty name");
    } else {
      row.values.emplace_back(key, number(key, value));
    }
  }
  return row;
}

std::pair<std::string, Value> parse_assignment(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) throw bad("'" + text + "' is not KEY=VALUE");
  const std::string value = text.substr(equals + 1);
  const auto parsed = json::parse(value, nullptr, false);
  return {text.substr(0, equals), parsed.is_discarded() ? Value(value) : to_value(parsed)};
}

}  // namespace tracker::cli
