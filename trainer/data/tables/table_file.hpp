#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables/row_source.hpp"

namespace trainer::data {

enum class FileKind { kCsv, kJson, kParquet, kArchive };

// By the name's end: .csv .tsv .jsonl .json .ndjson (each also with .gz .zst .xz .bz2), .parquet,
// .tar .tar.gz .tgz .tar.zst .tar.xz .tar.bz2 .zip. nullopt for others.
std::optional<FileKind> file_kind(std::string_view name);

// The files of one split, in order, all of one kind.
struct TableFiles {
  std::vector<std::filesystem::path> paths;
  FileKind kind = FileKind::kCsv;
  std::optional<char> delimiter;  // of CSV; absent: delimiter_of() each file
  Columns columns;
  // Names that came with the files ("dataset_info"); empty: those in the Parquet files, if any.
  std::vector<std::string> label_names;
};

// The delimiter that a file's name stands for: a tab for .tsv.
char delimiter_of(std::string_view name);

std::unique_ptr<RowTable> open_tables(TableFiles files);

}  // namespace trainer::data
