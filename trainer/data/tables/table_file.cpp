#include "data/tables/table_file.hpp"

#include <fmt/format.h>

#include "data/tables/csv.hpp"
#include "data/tables/json_rows.hpp"
#include "data/tables/parquet.hpp"

namespace trainer::data {
namespace {

std::string_view without_compression(std::string_view name) {
  for (const std::string_view end : {".gz", ".zst", ".xz", ".bz2"}) {
    if (name.ends_with(end)) name.remove_suffix(end.size());
  }
  return name;
}

// One file after the other.
class TableSource : public RowSource {
 public:
  TableSource(const TableFiles& files, const Reading& reading) : files_(files), reading_(reading) {}

  bool next(std::vector<RawRow>& block) override {
    block.clear();
    while (true) {
      if (!reader_ && !open_next()) return false;
      if (reader_->next(block)) break;
      position_ = reader_->position();
      reader_.reset();
      ++file_;
    }
    for (RawRow& row : block) row.file = static_cast<std::uint32_t>(file_);
    return true;
  }

  std::string place(const RawRow& row) const override {
    return fmt::format("{}: {} {}", files_.paths[row.file].string(), units_[row.file], row.line);
  }

 private:
  bool open_next() {
    if (file_ == files_.paths.size()) return false;
    const std::filesystem::path& path = files_.paths[file_];
    switch (files_.kind) {
      case FileKind::kCsv:
        reader_ = open_csv(path, files_.delimiter.value_or(delimiter_of(path.string())),
                           files_.columns, reading_, position_);
        break;
      case FileKind::kJson:
        reader_ = open_json(path, files_.columns, reading_, position_);
        break;
      case FileKind::kParquet:
        reader_ = open_parquet(path, files_.columns, reading_, position_);
        break;
      case FileKind::kArchive:
        throw Error(ErrorCode::kInternal, "an archive is not a table");
    }
    units_.emplace_back(reader_->unit());
    return true;
  }

  const TableFiles& files_;
  const Reading reading_;
  std::unique_ptr<TableReader> reader_;
  std::vector<std::string> units_;  // what a row's line counts, of each file that was opened
  std::size_t file_ = 0;
  std::uint64_t position_ = 0;
};

class Tables : public RowTable {
 public:
  explicit Tables(TableFiles files) : files_(std::move(files)) {
    if (!files_.label_names.empty() || files_.kind != FileKind::kParquet ||
        files_.columns.labels.size() != 1) {
      return;
    }
    for (const std::filesystem::path& path : files_.paths) {
      files_.label_names = parquet_class_names(path, files_.columns.labels[0]);
      if (!files_.label_names.empty()) return;
    }
  }

  std::unique_ptr<RowSource> open(const Reading& reading) const override {
    return std::make_unique<TableSource>(files_, reading);
  }
  const std::vector<std::string>& label_names() const override { return files_.label_names; }
  std::vector<std::filesystem::path> files() const override { return files_.paths; }

 private:
  TableFiles files_;
};

}  // namespace

std::optional<FileKind> file_kind(std::string_view name) {
  for (const std::string_view end :
       {".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".tar.bz2", ".zip"}) {
    if (name.ends_with(end)) return FileKind::kArchive;
  }
  if (name.ends_with(".parquet")) return FileKind::kParquet;
  name = without_compression(name);
  if (name.ends_with(".csv") || name.ends_with(".tsv")) return FileKind::kCsv;
  for (const std::string_view end : {".jsonl", ".json", ".ndjson"}) {
    if (name.ends_with(end)) return FileKind::kJson;
  }
  return std::nullopt;
}

char delimiter_of(std::string_view name) {
  return without_compression(name).ends_with(".tsv") ? '\t' : ',';
}

std::unique_ptr<RowTable> open_tables(TableFiles files) {
  return std::make_unique<Tables>(std::move(files));
}

}  // namespace trainer::data
