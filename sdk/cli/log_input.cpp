#include "cli/log_input.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include <tracker/error.hpp>
#include <tracker/json.hpp>

#include "base/non_finite.hpp"

namespace tracker::cli {
namespace {

using nlohmann::json;

Error bad(const std::string& what) { return Error(ErrorCode::kInvalidArgument, what); }

double number(const std::string& key, const json& value) {
  if (value.is_number()) return value.get<double>();
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  if (value.is_string()) {
    if (const auto named = base::non_finite_number(value.get_ref<const std::string&>()))
      return *named;
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
    } else if (value.is_array()) {
      auto& numbers = row.histograms.emplace_back(key, std::vector<double>()).second;
      for (const json& item : value) numbers.push_back(number(key, item));
    } else {
      row.values.emplace_back(key, number(key, value));
    }
  }
  return row;
}

std::pair<std::string, Value> parse_assignment(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) throw bad("'" + text + "' is not KEY=VALUE");
  std::string value = text.substr(equals + 1);
  auto parsed = value_from_json(value);
  return {text.substr(0, equals), parsed ? *std::move(parsed) : Value(std::move(value))};
}

RunStep parse_run_step(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0)
    throw bad("'" + std::string(text) +
              "' is not ID@STEP: a run's id and the step to begin behind");
  RunStep out{std::string(text.substr(0, at)), 0};
  const std::string_view step = text.substr(at + 1);
  const auto parsed = std::from_chars(step.data(), step.data() + step.size(), out.step);
  if (parsed.ec != std::errc() || parsed.ptr != step.data() + step.size())
    throw bad("the step of '" + std::string(text) + "' is not a whole number");
  return out;
}

}  // namespace tracker::cli
