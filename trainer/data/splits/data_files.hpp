#pragma once

#include <string>
#include <vector>

#include "data/tables/table_file.hpp"

// Which files of a repository or directory make which split: the rules of `datasets`
// (data_files.py, load.py; the documentation's "Structure your repository").
namespace trainer::data {

// Files or patterns of one split, in order.
struct SplitFiles {
  std::string split;
  std::vector<std::string> files;
};

// What there is to read: splits in `datasets`' order, all of one kind.
struct DataFiles {
  FileKind kind = FileKind::kCsv;
  std::vector<SplitFiles> splits;
};

// The splits by the names of files and folders: data/SPLIT-00000-of-00001.*, else folders, else
// file names that hold train, validation or test, else all files as "train". Paths are relative.
std::vector<SplitFiles> default_splits(const std::vector<std::string>& paths);

// The paths of each split's patterns.
std::vector<SplitFiles> resolve_splits(const std::vector<SplitFiles>& patterns,
                                       const std::vector<std::string>& paths);

// Keeps the files of the format that most have. Throws Error(kInvalidInput, kUnsupported) naming
// `origin`: no data files, a format that is not read here, splits of several formats.
DataFiles choose_format(const std::vector<SplitFiles>& splits, const std::string& origin);

// The format that choose_format() would choose for these files: "csv", "json", "parquet", another
// one of `datasets` by its extension, or "" when there are no data files.
std::string format_of(const std::vector<std::string>& files);

}  // namespace trainer::data
