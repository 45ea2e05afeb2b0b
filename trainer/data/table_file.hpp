#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "data/raw_table.hpp"

namespace trainer::data {

enum class FileKind { kCsv, kJson, kParquet, kArchive };

// By the name's end: .csv .jsonl .json .ndjson (each also with .gz .zst .xz .bz2), .parquet, .tar
// .tar.gz .tgz .tar.zst .zip. nullopt for others.
std::optional<FileKind> file_kind(std::string_view name);

// Rows of a CSV, JSON or Parquet file.
RawTable read_table_file(const std::filesystem::path& file, FileKind kind, const Columns& columns);

// Rows of several files, in order. Class names are those of the first file that names them.
RawTable read_table_files(const std::vector<std::filesystem::path>& files, const Columns& columns);

}  // namespace trainer::data
