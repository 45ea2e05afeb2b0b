#include "cli/yaml_config.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <optional>

namespace trainer::cli {
namespace {

std::string scalar(const YAML::Node& node, const std::string& key) {
  if (node.IsScalar()) return node.as<std::string>();
  throw CLI::ConfigError("--config: the value of " + key +
                         " must be a plain value or a list of them");
}

std::string value_of(const YAML::Node& node, const std::string& key) {
  if (!node.IsSequence()) return scalar(node, key);
  std::string joined;
  for (const YAML::Node& item : node) {
    if (!joined.empty()) joined += ",";
    joined += scalar(item, key);
  }
  return joined;
}

// What a flag was given, else its default; nullopt when it has none.
std::optional<std::string> value_of(const CLI::Option& option) {
  if (option.get_expected_max() == 0)
    return option.count() > 0 && option.as<bool>() ? "true" : "false";
  if (option.count() == 0) {
    const std::string value = option.get_default_str();
    return value.empty() ? std::nullopt : std::optional(value);
  }
  std::string joined;
  for (const std::string& result : option.results()) joined += (joined.empty() ? "" : ",") + result;
  return joined;
}

// Whether another flag was given that this one does not go with: its default must not be read back.
bool excluded(const CLI::Option& option) {
  const auto& others = option.get_excludes();
  return std::any_of(others.begin(), others.end(),
                     [](const CLI::Option* other) { return other->count() > 0; });
}

// "learning_rate: 5e-05", quoted where YAML would take it for something else.
std::string entry(std::string name, const std::string& value) {
  std::replace(name.begin(), name.end(), '-', '_');
  YAML::Emitter line;
  line << YAML::BeginMap << YAML::Key << name << YAML::Value << value << YAML::EndMap;
  return std::string(line.c_str()) + "\n";
}

}  // namespace

std::string YamlConfig::to_config(const CLI::App* app, bool, bool, std::string) const {
  std::string out;
  for (const std::string& group : app->get_groups()) {
    if (group.empty()) continue;  // what --help does not offer either
    std::string lines;
    for (const CLI::Option* option : app->get_options()) {
      if (option->get_group() != group || !option->get_configurable() || excluded(*option))
        continue;
      if (const auto value = value_of(*option)) lines += entry(option->get_single_name(), *value);
    }
    if (!lines.empty()) out += (out.empty() ? "# " : "\n# ") + group + "\n" + lines;
  }
  return out;
}

std::vector<CLI::ConfigItem> YamlConfig::from_config(std::istream& input) const {
  std::vector<CLI::ConfigItem> items;
  try {
    const YAML::Node root = YAML::Load(input);
    if (root.IsNull()) return items;
    if (!root.IsMap())
      throw CLI::ConfigError("--config: the file must be a mapping of flags to values");
    for (const auto& entry : root) {
      CLI::ConfigItem item;
      item.name = entry.first.as<std::string>();
      if (entry.second.IsNull()) continue;
      std::replace(item.name.begin(), item.name.end(), '_', '-');
      item.inputs = {value_of(entry.second, item.name)};
      items.push_back(std::move(item));
    }
  } catch (const YAML::Exception& error) {
    throw CLI::ConfigError("--config: line " + std::to_string(error.mark.line + 1) + ": " +
                           error.msg);
  }
  return items;
}

}  // namespace trainer::cli
