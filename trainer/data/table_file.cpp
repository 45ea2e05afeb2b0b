#include "data/table_file.hpp"

#include <fmt/format.h>

#include "data/compressed_file.hpp"
#include "data/csv.hpp"
#include "data/json_rows.hpp"
#include "data/parquet.hpp"

namespace trainer::data {

std::optional<FileKind> file_kind(std::string_view name) {
  for (const std::string_view end :
       {".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".tar.bz2", ".zip"}) {
    if (name.ends_with(end)) return FileKind::kArchive;
  }
  if (name.ends_with(".parquet")) return FileKind::kParquet;
  for (const std::string_view end : {".gz", ".zst", ".xz", ".bz2"}) {
    if (name.ends_with(end)) name.remove_suffix(end.size());
  }
  if (name.ends_with(".csv")) return FileKind::kCsv;
  for (const std::string_view end : {".jsonl", ".json", ".ndjson"}) {
    if (name.ends_with(end)) return FileKind::kJson;
  }
  return std::nullopt;
}

RawTable read_table_file(const std::filesystem::path& file, FileKind kind, const Columns& columns) {
  switch (kind) {
    case FileKind::kCsv:
      return read_csv(read_file(file), file.string(), columns);
    case FileKind::kJson:
      return read_json_rows(read_file(file), file.string(), columns);
    case FileKind::kParquet:
      return read_parquet(file, columns);
    case FileKind::kArchive:
      break;
  }
  throw Error(ErrorCode::kInternal, "an archive is not a table");
}

RawTable read_table_files(const std::vector<std::filesystem::path>& files, const Columns& columns) {
  RawTable all;
  for (const std::filesystem::path& file : files) {
    const std::optional<FileKind> kind = file_kind(file.filename().string());
    if (!kind || *kind == FileKind::kArchive) {
      throw Error(ErrorCode::kUnsupported,
                  fmt::format("{}: is not CSV, JSON or Parquet by its name", file.string()));
    }
    RawTable table = read_table_file(file, *kind, columns);
    if (all.label_names.empty()) all.label_names = std::move(table.label_names);
    for (RawRow& row : table.rows) {
      row.file = static_cast<std::uint32_t>(all.files.size());
      all.rows.push_back(std::move(row));
    }
    all.files.push_back(std::move(table.files[0]));
  }
  return all;
}

}  // namespace trainer::data
