#include "data/splits/dataset_card.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>

#include "config/error.hpp"
#include "config/printable.hpp"

namespace trainer::data {
namespace {

[[noreturn]] void refuse(const std::string& origin, std::string_view what) {
  throw Error(ErrorCode::kInvalidInput,
              fmt::format("{}: its card (README.md) {}", origin, config::printable(what)));
}

// The lines between the first "---", which must begin the file, and the next one.
std::string front_matter(std::string_view readme) {
  constexpr std::size_t kMost = 4U << 20U;
  std::string yaml;
  bool first = true;
  while (!readme.empty() && yaml.size() < kMost) {
    const std::size_t end = readme.find('\n');
    std::string_view line = readme.substr(0, end);
    readme.remove_prefix(end == std::string_view::npos ? readme.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (first && line != "---") return "";
    if (!first && line == "---") return yaml;
    if (!first) yaml.append(line).push_back('\n');
    first = false;
  }
  return "";
}

std::string scalar(const YAML::Node& node, const std::string& origin, std::string_view key) {
  if (!node.IsScalar()) refuse(origin, fmt::format("has a '{}' that is not a text", key));
  return node.Scalar();
}

std::vector<std::string> texts(const YAML::Node& node, const std::string& origin) {
  if (node.IsScalar()) return {node.Scalar()};
  if (!node.IsSequence()) refuse(origin, "has data_files that are neither a path nor a list");
  std::vector<std::string> all;
  for (const YAML::Node& item : node) all.push_back(scalar(item, origin, "path"));
  return all;
}

std::vector<SplitFiles> data_files(const YAML::Node& node, const std::string& origin) {
  if (node.IsSequence() && node.size() > 0 && node[0].IsMap()) {
    std::vector<SplitFiles> splits;
    for (const YAML::Node& item : node) {
      if (!item.IsMap() || !item["split"] || !item["path"])
        refuse(origin, "has data_files without split and path");
      splits.push_back({scalar(item["split"], origin, "split"), texts(item["path"], origin)});
    }
    return splits;
  }
  return {{"train", texts(node, origin)}};
}

CardConfig read_config(const YAML::Node& node, const std::string& origin) {
  // What changes how CSV and JSON are read and is not read here.
  constexpr std::array<std::string_view, 14> kUnsupported = {
      "names",   "column_names", "header",    "skiprows",   "quotechar", "quoting", "escapechar",
      "comment", "encoding",     "thousands", "skipfooter", "decimal",   "field",   "usecols"};
  if (!node.IsMap() || !node["config_name"]) refuse(origin, "has a config without config_name");
  CardConfig config;
  for (const auto& entry : node) {
    const std::string key = scalar(entry.first, origin, "config");
    if (key == "config_name") {
      config.name = scalar(entry.second, origin, key);
    } else if (key == "default") {
      config.is_default = scalar(entry.second, origin, key) == "true";
    } else if (key == "data_dir") {
      config.folder = scalar(entry.second, origin, key);
    } else if (key == "data_files") {
      config.splits = data_files(entry.second, origin);
    } else if (key == "sep" || key == "delimiter") {
      const std::string value = scalar(entry.second, origin, key);
      if (value.size() != 1) refuse(origin, fmt::format("has a '{}' that is not one byte", key));
      config.delimiter = value[0];
    } else if (std::ranges::find(kUnsupported, key) != kUnsupported.end()) {
      config.unsupported.push_back(key);
    }
  }
  return config;
}

// names: [neg, pos], or {'0': neg, '1': pos}
std::vector<std::string> names_of_classes(const YAML::Node& label, const std::string& origin) {
  std::vector<std::string> all;
  if (!label.IsMap() || !label["names"]) return all;
  const YAML::Node names = label["names"];
  if (names.IsSequence()) return texts(names, origin);
  if (!names.IsMap()) return all;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const YAML::Node name = names[std::to_string(i)];
    if (!name) refuse(origin, fmt::format("names no class {}", i));
    all.push_back(scalar(name, origin, "names"));
  }
  return all;
}

void read_features(const YAML::Node& info, const std::string& origin, DatasetCard& card) {
  if (!info.IsMap() || !info["features"] || !info["features"].IsSequence()) return;
  const std::string config =
      info["config_name"] ? scalar(info["config_name"], origin, "config_name") : "default";
  for (const YAML::Node& feature : info["features"]) {
    if (!feature.IsMap() || !feature["name"]) continue;
    YAML::Node type = feature["dtype"];
    for (const char* list : {"sequence", "list", "large_list"}) {
      if (feature[list]) type.reset(feature[list]);
    }
    if (type && type.IsMap() && type["dtype"]) type.reset(type["dtype"]);
    if (!type || !type.IsMap() || !type["class_label"]) continue;
    card.classes.push_back({.config = config,
                            .column = scalar(feature["name"], origin, "name"),
                            .names = names_of_classes(type["class_label"], origin)});
  }
}

DatasetCard read_yaml(const YAML::Node& root, const std::string& origin) {
  DatasetCard card;
  if (!root.IsMap()) return card;
  if (const YAML::Node configs = root["configs"]) {
    if (!configs.IsSequence()) refuse(origin, "has configs that are no list");
    for (const YAML::Node& config : configs) card.configs.push_back(read_config(config, origin));
  }
  if (const YAML::Node info = root["dataset_info"]) {
    if (info.IsSequence()) {
      for (const YAML::Node& one : info) read_features(one, origin, card);
    } else {
      read_features(info, origin, card);
    }
  }
  return card;
}

}  // namespace

std::vector<std::string> DatasetCard::label_names(const std::string& config,
                                                  const std::string& column) const {
  const std::string wanted = config.empty() ? "default" : config;
  const bool single = std::ranges::all_of(
      classes, [this](const Classes& one) { return one.config == classes[0].config; });
  for (const Classes& one : classes) {
    if (one.column == column && (one.config == wanted || (single && config.empty())))
      return one.names;
  }
  return {};
}

DatasetCard read_card(std::string_view readme, const std::string& origin) {
  const std::string yaml = front_matter(readme);
  if (yaml.empty()) return {};
  try {
    return read_yaml(YAML::Load(yaml), origin);
  } catch (const YAML::Exception& error) {
    refuse(origin, fmt::format("is not YAML: {}", error.what()));
  }
}

const CardConfig* choose_config(const DatasetCard& card, const std::string& name,
                                const std::string& origin) {
  if (card.configs.empty()) return nullptr;
  std::string all;
  for (const CardConfig& config : card.configs) {
    if (config.name == name || (name.empty() && card.configs.size() == 1)) return &config;
    all += (all.empty() ? "" : ", ") + config::printable(config.name, 60);
  }
  const auto is_default = [](const CardConfig& config) {
    return config.is_default || config.name == "default";
  };
  const auto at = std::ranges::find_if(card.configs, is_default);
  if (name.empty() && at != card.configs.end()) return &*at;
  throw Error(
      ErrorCode::kInvalidInput,
      name.empty()
          ? fmt::format("{}: has several configurations: name one with --dataset-config ({})",
                        origin, all)
          : fmt::format("{}: has no configuration '{}' (it has: {})", origin, name, all));
}

}  // namespace trainer::data
