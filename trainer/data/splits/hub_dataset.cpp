#include <fmt/format.h>

#include <algorithm>

#include "data/splits/split_tables.hpp"
#include "hub/hub.hpp"

namespace trainer::data {
namespace {

// The hub converts every data set that it can to Parquet: CONFIG/SPLIT/0000.parquet on a branch.
constexpr std::string_view kConverted = "refs/convert/parquet";

FileTree tree_of(const hub::Hub& hub, const hub::Repo& repo) {
  return {.origin = repo.id,
          .paths = hub.list(repo),
          .fetch = [hub, repo](const std::string& path) { return hub.require(repo, path); }};
}

// NAME.py that made the rows, before `datasets` 4.
bool has_script(const FileTree& tree, const std::string& id) {
  const std::string script = id.substr(id.find('/') + 1) + ".py";
  return std::ranges::find(tree.paths, script) != tree.paths.end();
}

bool has_data_files(const FileTree& tree) {
  for (const SplitFiles& split : default_splits(tree.paths)) {
    const std::string format = format_of(split.files);
    if (format == "csv" || format == "tsv" || format == "json" || format == "parquet") return true;
  }
  return false;
}

// Of the converted files those of one configuration, as if they were the repository.
FileTree converted_tree(const hub::Hub& hub, hub::Repo repo, const std::string& config) {
  repo.revision = kConverted;
  FileTree tree = tree_of(hub, repo);
  std::vector<std::string> configs;
  for (const std::string& path : tree.paths) {
    const std::size_t slash = path.find('/');
    if (slash == std::string::npos || !path.ends_with(".parquet")) continue;
    const std::string name = path.substr(0, slash);
    if (std::ranges::find(configs, name) == configs.end()) configs.push_back(name);
  }
  std::string chosen = config;
  if (chosen.empty() && configs.size() == 1) chosen = configs[0];
  if (chosen.empty() && std::ranges::find(configs, "default") != configs.end()) chosen = "default";
  if (std::ranges::find(configs, chosen) == configs.end()) {
    throw Error(
        ErrorCode::kInvalidInput,
        fmt::format("{}: its rows come from a script, which is not run; the hub's Parquet "
                    "copy has these configurations: {}: name one with --dataset-config",
                    repo.id,
                    configs.empty() ? "none" : fmt::format("{}", fmt::join(configs, ", "))));
  }
  std::erase_if(tree.paths,
                [&](const std::string& path) { return !path.starts_with(chosen + "/"); });
  return tree;
}

// The converted files' splits are their folders, whatever their names.
class ConvertedSource : public SplitSource {
 public:
  ConvertedSource(FileTree tree, const DatasetOptions& options)
      : tree_(std::move(tree)), columns_(columns_of(options)) {
    std::ranges::sort(tree_.paths);
  }
  std::vector<std::string> splits() const override {
    std::vector<std::string> names;
    for (const std::string& path : tree_.paths) {
      const std::string name = split_of(path);
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    return names;
  }
  std::unique_ptr<RowTable> table(const std::string& split) const override {
    TableFiles files{.paths = {},
                     .kind = FileKind::kParquet,
                     .delimiter = {},
                     .columns = columns_,
                     .label_names = {}};
    for (const std::string& path : tree_.paths) {
      if (split_of(path) == split) files.paths.push_back(tree_.fetch(path));
    }
    return open_tables(std::move(files));
  }
  std::string origin(const std::string& split) const override {
    return fmt::format("{} ({})", tree_.origin, split);
  }

 private:
  static std::string split_of(const std::string& path) {
    const std::size_t begin = path.find('/') + 1;
    return path.substr(begin, path.find('/', begin) - begin);
  }

  FileTree tree_;
  Columns columns_;
};

}  // namespace

std::unique_ptr<SplitSource> open_hub_dataset(const DatasetOptions& options, const hub::Hub& hub) {
  const hub::Repo repo{
      .id = options.source, .type = hub::RepoType::kDataset, .revision = options.revision};
  FileTree tree = tree_of(hub, repo);
  if (has_script(tree, repo.id) && !has_data_files(tree)) {
    return std::make_unique<ConvertedSource>(converted_tree(hub, repo, options.config), options);
  }
  return open_tree(std::move(tree), options);
}

}  // namespace trainer::data
