#include "data/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "data/class_folders.hpp"
#include "data/fingerprint.hpp"
#include "data/hub_dataset.hpp"
#include "data/imdb.hpp"
#include "data/numpy_permutation.hpp"
#include "data/table_file.hpp"
#include "hub/hub.hpp"

namespace trainer::data {
namespace {

namespace fs = std::filesystem;

struct Read {
  RawTable table;
  std::string origin;
  bool already_selected = false;
};

std::string_view name_of(Split split) { return split == Split::kTrain ? "train" : "test"; }

// "org/name": an id without a slash is rather a file's name with a slip in it.
bool names_hub_dataset(const std::string& source) {
  return hub::is_repo_id(source) && source.find('/') != std::string::npos && !file_kind(source);
}

// Files directly in a directory, by name.
std::vector<std::string> file_names(const fs::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.is_regular_file()) names.push_back(entry.path().filename().string());
  }
  return names;
}

bool has_tables(const fs::path& directory) {
  return std::ranges::any_of(file_names(directory), [](const std::string& name) {
    const std::optional<FileKind> kind = file_kind(name);
    return kind && *kind != FileKind::kArchive &&
           is_split_name(name.substr(0, name.find_first_of("-._")));
  });
}

// train.csv, test-00000-of-00001.parquet and the like directly in the directory; else class
// folders.
Read read_directory(const fs::path& directory, Split split, const Columns& columns) {
  const std::string origin = fmt::format("{} ({})", directory.string(), name_of(split));
  if (!has_tables(directory))
    return {.table = read_directory_folders(directory, split), .origin = origin};
  std::vector<fs::path> files;
  for (const std::string& name : split_files(file_names(directory), split, directory.string())) {
    files.push_back(directory / name);
  }
  return {.table = read_table_files(files, columns), .origin = origin};
}

Read read_local_file(const fs::path& file, Split split, const Columns& columns) {
  const std::optional<FileKind> kind = file_kind(file.filename().string());
  if (!kind) {
    throw Error(
        ErrorCode::kUnsupported,
        fmt::format("{}: is no known kind of data set (.csv .jsonl .json .parquet .tar.gz .zip)",
                    file.string()));
  }
  if (*kind == FileKind::kArchive) {
    return {.table = read_archive_folders(file, split),
            .origin = fmt::format("{} ({})", file.string(), name_of(split))};
  }
  return {.table = read_table_file(file, *kind, columns), .origin = file.string()};
}

Read read_source(const DatasetOptions& options, Split split, const Selection& selection,
                 const hub::Hub* hub) {
  const Columns columns{options.text_column, options.text_pair_column, options.label_column};
  if (options.source == "imdb") {
    ImdbRows rows = read_imdb(options, split, selection, hub);
    return {std::move(rows.table), std::move(rows.origin), rows.already_selected};
  }
  std::error_code ignored;
  const fs::path path = options.source;
  if (fs::is_directory(path, ignored)) return read_directory(path, split, columns);
  if (fs::exists(path, ignored)) return read_local_file(path, split, columns);
  if (!names_hub_dataset(options.source)) {
    throw Error(
        ErrorCode::kNotFound,
        fmt::format("{}: no such file or directory, nor a hub id (org/name)", options.source));
  }
  const std::string origin = fmt::format("{} ({})", options.source, name_of(split));
  if (hub != nullptr)
    return {.table = read_hub_dataset(*hub, options.source, split, columns), .origin = origin};
  const hub::Hub from_environment(hub::HubSettings::from_environment());
  return {.table = read_hub_dataset(from_environment, options.source, split, columns),
          .origin = origin};
}

// The rows of shuffle(seed).select(range(samples)).
void select(RawTable& table, const Selection& selection, const std::string& origin) {
  if (!selection.samples) return;
  if (*selection.samples > table.rows.size()) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: {} samples asked for, it has {} rows", origin, *selection.samples,
                            table.rows.size()));
  }
  const std::vector<std::int64_t> order =
      numpy_permutation(selection.shuffle_seed, table.rows.size());
  std::vector<RawRow> chosen;
  chosen.reserve(*selection.samples);
  for (std::size_t i = 0; i < *selection.samples; ++i) {
    chosen.push_back(std::move(table.rows[static_cast<std::size_t>(order[i])]));
  }
  table.rows = std::move(chosen);
}

Dataset read_with(const DatasetOptions& options, Split split, const Selection& selection,
                  const hub::Hub* hub) {
  Read read = read_source(options, split, selection, hub);
  // Class names are those of the whole split: a selection may miss one.
  if (read.table.label_names.empty() && options.label_names.empty())
    read.table.label_names = class_names_of(read.table);
  if (!read.already_selected) select(read.table, selection, read.origin);
  if (read.table.rows.empty()) throw Error(ErrorCode::kInvalidInput, read.origin + ": has no rows");
  Dataset dataset = make_dataset(std::move(read.table), options);
  dataset.origin = std::move(read.origin);
  dataset.fingerprint = fingerprint_of(dataset.rows);
  return dataset;
}

bool directory_has_splits(const fs::path& directory) {
  const auto has = [&directory](Split split) {
    const std::vector<std::string> files = file_names(directory);
    return std::ranges::any_of(split_names(split), [&](std::string_view name) {
      return fs::is_directory(directory / name) ||
             std::ranges::any_of(files, [name](const std::string& file) {
               return file_kind(file) && file.substr(0, file.find_first_of("-._")) == name;
             });
    });
  };
  return has(Split::kTrain) && has(Split::kTest);
}

}  // namespace

Dataset read_dataset(const DatasetOptions& options, Split split, const Selection& selection) {
  return read_with(options, split, selection, nullptr);
}

Dataset read_dataset(const DatasetOptions& options, Split split, const Selection& selection,
                     const hub::Hub& hub) {
  return read_with(options, split, selection, &hub);
}

bool has_splits(const DatasetOptions& options) {
  std::error_code ignored;
  const fs::path path = options.source;
  if (options.source == "imdb") return true;
  if (fs::is_directory(path, ignored)) return directory_has_splits(path);
  if (!fs::exists(path, ignored)) return names_hub_dataset(options.source);
  return file_kind(path.filename().string()) == FileKind::kArchive && archive_has_splits(path);
}

}  // namespace trainer::data
