#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/splits/data_files.hpp"
#include "data/splits/dataset_card.hpp"
#include "data/splits/split_source.hpp"

namespace trainer::data {

// A repository or directory as a list of files, and how one of them is had.
struct FileTree {
  std::string origin;              // for messages: a hub id or a path
  std::vector<std::string> paths;  // relative, with "/"
  std::function<std::filesystem::path(const std::string&)> fetch;  // from the hub, when it is there
};

// The splits of a tree by its card and the names of its files, as `datasets` finds them.
std::unique_ptr<SplitSource> open_tree(FileTree tree, const DatasetOptions& options);

// What README.md says; empty when there is none.
DatasetCard card_of(const FileTree& tree);

// What open_tree() would read: the configuration's files by split, and the card.
struct TreePlan {
  DataFiles files;
  DatasetCard card;
  std::string config;  // the chosen one's name, else what was asked for
  std::optional<char> delimiter;
};
TreePlan plan_tree(const FileTree& tree, const std::string& config);

}  // namespace trainer::data
