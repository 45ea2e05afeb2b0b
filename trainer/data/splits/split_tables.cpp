#include "data/splits/split_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/json.hpp"
#include "config/printable.hpp"
#include "config/whole_file.hpp"
#include "data/tables/features.hpp"

namespace trainer::data {
namespace {

bool holds(const FileTree& tree, const std::string& path) {
  return std::ranges::find(tree.paths, path) != tree.paths.end();
}

// Paths below a folder, without its name.
std::vector<std::string> below(const std::vector<std::string>& paths, std::string folder) {
  while (folder.starts_with("./")) folder.erase(0, 2);
  while (folder.ends_with('/')) folder.pop_back();
  if (folder.empty() || folder == ".") return paths;
  folder += '/';
  std::vector<std::string> found;
  for (const std::string& path : paths) {
    if (path.starts_with(folder)) found.push_back(path.substr(folder.size()));
  }
  return found;
}

std::vector<SplitFiles> in_folder(std::vector<SplitFiles> splits, std::string folder) {
  while (folder.starts_with("./")) folder.erase(0, 2);
  while (folder.ends_with('/')) folder.pop_back();
  if (folder.empty() || folder == ".") return splits;
  for (SplitFiles& split : splits) {
    for (std::string& file : split.files) file.insert(0, folder + "/");
  }
  return splits;
}

std::vector<SplitFiles> splits_of(const FileTree& tree, const CardConfig& config) {
  if (!config.unsupported.empty()) {
    throw Error(ErrorCode::kUnsupported,
                fmt::format("{}: its card asks for '{}', which is not read here: convert the files "
                            "and pass them",
                            tree.origin, fmt::join(config.unsupported, "', '")));
  }
  const std::vector<std::string> paths = below(tree.paths, config.folder);
  return in_folder(
      config.splits.empty() ? default_splits(paths) : resolve_splits(config.splits, paths),
      config.folder);
}

// Without a card a configuration is a folder.
std::vector<SplitFiles> splits_of_folder(const FileTree& tree, const std::string& config) {
  if (config.empty() || config == "default") return default_splits(tree.paths);
  const std::vector<std::string> paths = below(tree.paths, config);
  if (paths.empty()) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: has no configuration '{}': neither its card nor a folder has that "
                            "name",
                            tree.origin, config));
  }
  return in_folder(default_splits(paths), config);
}

// dataset_infos.json of data sets that are older than cards. Throws Error(kInvalidInput) for one
// that is no JSON object, as `datasets` does.
std::vector<std::string> legacy_label_names(const FileTree& tree, const std::string& configuration,
                                            const std::string& column) {
  if (!holds(tree, "dataset_infos.json")) return {};
  const auto document = config::JsonObject::read(tree.fetch("dataset_infos.json"));
  const nlohmann::json& infos = document.json();
  if (infos.empty()) return {};
  const auto at = infos.size() == 1 ? infos.begin() : infos.find(configuration);
  if (at == infos.end() || !at->is_object() || !at->contains("features")) return {};
  return class_names(at->at("features"), column);
}

class TreeSource : public SplitSource {
 public:
  TreeSource(FileTree tree, const DatasetOptions& options)
      : tree_(std::move(tree)), plan_(plan_tree(tree_, options.config)) {
    files_.kind = plan_.files.kind;
    files_.delimiter = options.delimiter ? options.delimiter : plan_.delimiter;
    files_.columns = columns_of(options);
    if (options.label_columns.size() != 1) return;
    files_.label_names = plan_.card.label_names(plan_.config, options.label_columns[0]);
    if (files_.label_names.empty())
      files_.label_names = legacy_label_names(tree_, plan_.config, options.label_columns[0]);
  }

  std::vector<std::string> splits() const override {
    std::vector<std::string> names;
    for (const SplitFiles& split : plan_.files.splits) names.push_back(split.split);
    return names;
  }

  std::unique_ptr<RowTable> table(const std::string& name) const override {
    TableFiles files = files_;
    for (const SplitFiles& split : plan_.files.splits) {
      if (split.split != name) continue;
      for (const std::string& path : split.files) {
        const std::optional<FileKind> kind = file_kind(path);
        if (kind != files.kind) {
          throw Error(
              ErrorCode::kUnsupported,
              fmt::format("{}: {} is packed in a way that is not read here: unpack it first",
                          tree_.origin, config::printable(path)));
        }
        files.paths.push_back(tree_.fetch(path));
      }
    }
    return open_tables(std::move(files));
  }

  std::string origin(const std::string& split) const override {
    return fmt::format("{} ({})", tree_.origin, split);
  }

 private:
  FileTree tree_;
  TreePlan plan_;
  TableFiles files_;  // without paths
};

}  // namespace

DatasetCard card_of(const FileTree& tree) {
  if (!holds(tree, "README.md")) return {};
  return read_card(config::read_whole_file(tree.fetch("README.md"), {.what = "a card"}),
                   tree.origin);
}

TreePlan plan_tree(const FileTree& tree, const std::string& config) {
  TreePlan plan;
  plan.card = card_of(tree);
  plan.config = config;
  if (const CardConfig* chosen = choose_config(plan.card, config, tree.origin)) {
    plan.files = choose_format(splits_of(tree, *chosen), tree.origin);
    plan.config = chosen->name;
    plan.delimiter = chosen->delimiter;
  } else {
    plan.files = choose_format(splits_of_folder(tree, config), tree.origin);
  }
  return plan;
}

std::unique_ptr<SplitSource> open_tree(FileTree tree, const DatasetOptions& options) {
  return std::make_unique<TreeSource>(std::move(tree), options);
}

}  // namespace trainer::data
