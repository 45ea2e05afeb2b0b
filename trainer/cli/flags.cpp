#include "cli/flags.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "api/option_value.hpp"

namespace trainer::cli {
namespace {

using Json = nlohmann::ordered_json;

CLI::Option* add(CLI::App& app, const Flag& flag, bool& value) {
  return app.add_flag(std::string(flag.name), value, flag.help);
}

CLI::Option* add(CLI::App& app, const Flag& flag, std::vector<std::string>& value) {
  return app.add_option(std::string(flag.name), value, flag.help)
      ->delimiter(',')
      ->default_str(fmt::format("{}", fmt::join(value, ",")));
}

CLI::Option* add(CLI::App& app, const Flag& flag, std::string& value) {
  CLI::Option* option = app.add_option(std::string(flag.name), value, flag.help);
  return value.empty() ? option : option->capture_default_str();
}

template <class T>
CLI::Option* add(CLI::App& app, const Flag& flag, std::optional<T>& value) {
  return app.add_option(std::string(flag.name), value, flag.help);
}

template <class T>
requires std::is_arithmetic_v<T> CLI::Option* add(CLI::App& app, const Flag& flag, T& value) {
  return app.add_option(std::string(flag.name), value, flag.help)->capture_default_str();
}

// "--learning-rate" -> "learning_rate"
std::string key_of(std::string_view name) {
  std::string key(name.substr(2));
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

}  // namespace

void define_flags(CLI::App& app, const std::vector<Flag>& flags) {
  for (const Flag& flag : flags) {
    CLI::Option* option =
        std::visit([&](auto* value) { return add(app, flag, *value); }, flag.value);
    for (const CLI::Validator& check : flag.checks) option->check(check);
    if (!flag.excludes.empty()) option->excludes(app.get_option(std::string(flag.excludes)));
    option->group(std::string(flag.group));
  }
}

Json values_of(const std::vector<Flag>& flags) {
  Json json = Json::object();
  for (const Flag& flag : flags) {
    if (flag.told == Told::kNo) continue;
    json[key_of(flag.name)] =
        std::visit([](const auto* value) { return api::json_of(*value); }, flag.value);
  }
  return json;
}

}  // namespace trainer::cli
