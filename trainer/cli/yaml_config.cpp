#include "cli/yaml_config.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>

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

}  // namespace

std::string YamlConfig::to_config(const CLI::App*, bool, bool, std::string) const { return {}; }

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
