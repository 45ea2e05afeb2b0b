#include "data/splits/split_source.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "data/archives/class_folders.hpp"
#include "data/splits/split_tables.hpp"
#include "data/tables/table_file.hpp"
#include "hub/hub.hpp"

namespace trainer::data {
namespace {

namespace fs = std::filesystem;

class FileSource : public SplitSource {
 public:
  FileSource(const fs::path& file, FileKind kind, const DatasetOptions& options)
      : file_(file), kind_(kind), delimiter_(options.delimiter), columns_(columns_of(options)) {}

  std::vector<std::string> splits() const override { return {""}; }
  std::unique_ptr<RowTable> table(const std::string&) const override {
    return open_tables({.paths = {file_},
                        .kind = kind_,
                        .delimiter = delimiter_,
                        .columns = columns_,
                        .label_names = {}});
  }
  std::string origin(const std::string&) const override { return file_.string(); }

 private:
  fs::path file_;
  FileKind kind_;
  std::optional<char> delimiter_;
  Columns columns_;
};

class FolderSplits : public SplitSource {
 public:
  FolderSplits(std::string name, ClassFolders folders)
      : name_(std::move(name)), folders_(std::move(folders)) {
    if (folders_.splits().empty()) {
      throw Error(ErrorCode::kInvalidInput,
                  name_ + ": has no texts in [SPLIT/]CLASS/NAME.txt, nor data files");
    }
  }

  std::vector<std::string> splits() const override { return folders_.splits(); }
  std::unique_ptr<RowTable> table(const std::string& split) const override {
    return folders_.table(split);
  }
  std::string origin(const std::string& split) const override {
    return split.empty() ? name_ : fmt::format("{} ({})", name_, split);
  }

 private:
  std::string name_;
  ClassFolders folders_;
};

FileTree tree_of(const fs::path& directory) {
  FileTree tree{.origin = directory.string(),
                .paths = {},
                .fetch = [directory](const std::string& path) { return directory / path; }};
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file())
      tree.paths.push_back(entry.path().lexically_relative(directory).generic_string());
  }
  return tree;
}

// Tables when most of what the splits are made of are tables, or a card says what to read.
bool has_tables(const FileTree& tree) {
  if (!card_of(tree).configs.empty()) return true;
  std::vector<std::string> files;
  for (const SplitFiles& split : default_splits(tree.paths))
    files.insert(files.end(), split.files.begin(), split.files.end());
  const std::string format = format_of(files);
  return format == "csv" || format == "tsv" || format == "json" || format == "parquet";
}

std::unique_ptr<SplitSource> open_directory(const fs::path& directory,
                                            const DatasetOptions& options) {
  FileTree tree = tree_of(directory);
  if (!options.config.empty() || has_tables(tree)) return open_tree(std::move(tree), options);
  return std::make_unique<FolderSplits>(directory.string(), ClassFolders::of_directory(directory));
}

std::unique_ptr<SplitSource> open_file(const fs::path& file, const DatasetOptions& options) {
  const std::optional<FileKind> kind = file_kind(file.filename().string());
  if (!kind) {
    throw Error(ErrorCode::kUnsupported,
                fmt::format("{}: is no known kind of data set (.csv .tsv .jsonl .json .parquet "
                            ".tar.gz .zip)",
                            file.string()));
  }
  if (*kind != FileKind::kArchive) return std::make_unique<FileSource>(file, *kind, options);
  return std::make_unique<FolderSplits>(file.string(), ClassFolders::of_archive(file));
}

// "org/name": an id without a slash is rather a file's name with a slip in it.
bool names_hub_dataset(const std::string& source) {
  return hub::is_repo_id(source) && source.find('/') != std::string::npos && !file_kind(source);
}

}  // namespace

Columns columns_of(const DatasetOptions& options) {
  return {.text = options.text_column,
          .text_pair = options.text_pair_column,
          .labels = options.label_columns};
}

std::unique_ptr<SplitSource> open_source(const DatasetOptions& options, const hub::Hub* hub) {
  if (options.source == "imdb") return open_imdb(options, hub);
  std::error_code ignored;
  const fs::path path = options.source;
  if (fs::is_directory(path, ignored)) return open_directory(path, options);
  if (fs::exists(path, ignored)) return open_file(path, options);
  if (!names_hub_dataset(options.source)) {
    throw Error(
        ErrorCode::kNotFound,
        fmt::format("{}: no such file or directory, nor a hub id (org/name)", options.source));
  }
  if (hub != nullptr) return open_hub_dataset(options, *hub);
  return open_hub_dataset(options, hub::Hub(hub::HubSettings::from_environment()));
}

}  // namespace trainer::data
