#include "data/hub_dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "data/class_folders.hpp"
#include "data/table_file.hpp"

namespace trainer::data {
namespace {

namespace fs = std::filesystem;

bool belongs_to(const fs::path& file, std::string_view split) {
  const std::string name = file.filename().string();
  if (name.starts_with(split) && name.size() > split.size() &&
      std::string_view("-._").find(name[split.size()]) != std::string_view::npos) {
    return true;
  }
  return file.parent_path().filename() == split;
}

std::vector<std::string> of_kind(const std::vector<std::string>& files, std::string_view split,
                                 FileKind kind) {
  std::vector<std::string> found;
  for (const std::string& file : files) {
    if (file_kind(file) == kind && belongs_to(file, split)) found.push_back(file);
  }
  std::ranges::sort(found);
  return found;
}

void require_one_folder(const std::vector<std::string>& files, const std::string& repository) {
  std::set<std::string> folders;
  for (const std::string& file : files) folders.insert(fs::path(file).parent_path().string());
  if (folders.size() <= 1) return;
  throw Error(
      ErrorCode::kInvalidInput,
      fmt::format(
          "{}: has several configurations ({}): download the one you mean and pass its files",
          repository, fmt::join(folders, ", ")));
}

}  // namespace

std::vector<std::string> split_files(const std::vector<std::string>& files, Split split,
                                     const std::string& repository) {
  for (const std::string_view name : split_names(split)) {
    for (const FileKind kind : {FileKind::kParquet, FileKind::kJson, FileKind::kCsv}) {
      std::vector<std::string> found = of_kind(files, name, kind);
      if (found.empty()) continue;
      require_one_folder(found, repository);
      return found;
    }
  }
  throw Error(
      ErrorCode::kInvalidInput,
      fmt::format(
          "{}: has no Parquet, JSON or CSV file of a '{}' split: download its files and pass them",
          repository, split_names(split).front()));
}

RawTable read_hub_dataset(const hub::Hub& hub, const std::string& id, Split split,
                          const Columns& columns) {
  const hub::Repo repo{.id = id, .type = hub::RepoType::kDataset};
  std::vector<fs::path> local;
  for (const std::string& file : split_files(hub.list(repo), split, id))
    local.push_back(hub.require(repo, file));
  return read_table_files(local, columns);
}

}  // namespace trainer::data
