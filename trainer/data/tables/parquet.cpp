#include "data/tables/parquet.hpp"

#include <arrow/io/file.h>
#include <parquet/file_reader.h>
#include <parquet/properties.h>
#include <parquet/schema.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/json.hpp"
#include "config/printable.hpp"
#include "data/tables/features.hpp"
#include "data/tables/parquet_file.hpp"

namespace trainer::data {
namespace {

// Arrow allocates what a page header says before it decompresses the page: more than this is not
// what a file of texts of that size needs.
std::int64_t memory_limit(std::uint64_t file_bytes) {
  constexpr std::int64_t kLeast = 256 << 20;
  return kLeast + static_cast<std::int64_t>(std::min<std::uint64_t>(file_bytes, 1ULL << 40U)) * 16;
}

std::uint64_t size_of(const std::filesystem::path& file) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(file, error);
  if (error) throw Error(ErrorCode::kNotFound, file.string() + ": no such file");
  return size;
}

// No list or string of the footer is longer than the file.
parquet::ReaderProperties reader_properties(std::uint64_t file_bytes, arrow::MemoryPool* pool) {
  constexpr std::uint64_t kMostItems = 1'000'000;
  parquet::ReaderProperties properties(pool);
  properties.enable_buffered_stream();
  properties.set_buffer_size(1 << 20);
  properties.set_thrift_string_size_limit(
      static_cast<std::int32_t>(std::min<std::uint64_t>(file_bytes, 100'000'000)));
  properties.set_thrift_container_size_limit(
      static_cast<std::int32_t>(std::min(file_bytes, kMostItems)));
  return properties;
}

}  // namespace

ParquetFile::ParquetFile(const std::filesystem::path& file)
    : name_(file.string()),
      counted_(arrow::default_memory_pool()),
      pool_(&counted_, memory_limit(size_of(file))) {
  guarded([&] {
    parquet::arrow::FileReaderBuilder builder;
    const auto input = value(arrow::io::ReadableFile::Open(name_, &pool_));
    require(builder.Open(input, reader_properties(size_of(file), &pool_)));
    parquet::ArrowReaderProperties properties;
    properties.set_pre_buffer(false);
    properties.set_batch_size(static_cast<std::int64_t>(kBlockRows));
    builder.memory_pool(&pool_)->properties(properties);
    require(builder.Build(&reader_));
  });
}

void ParquetFile::fail(const std::string& reason) const {
  throw Error(ErrorCode::kInvalidInput,
              fmt::format("{}: cannot be read as Parquet ({}): get the file again", name_,
                          config::printable(reason)));
}

namespace {

class ParquetReader : public TableReader {
 public:
  ParquetReader(const std::filesystem::path& file, const Columns& columns, const Reading& reading,
                std::uint64_t first_position)
      : TableReader(file.string(), columns, reading, first_position), file_(file) {
    file_.guarded([&] { choose_columns(); });
  }

  bool next(std::vector<RawRow>& block) override {
    block.clear();
    return file_.guarded([&] {
      while (block.empty()) {
        if (!batches_ && !open_group()) return false;
        std::shared_ptr<arrow::RecordBatch> batch;
        file_.require(batches_->ReadNext(&batch));
        if (!batch) {
          end_group();
          continue;
        }
        file_.require(batch->Validate());
        add_batch(*batch, block);
      }
      return true;
    });
  }

  std::string_view unit() const override { return "row"; }

 private:
  void choose_columns() {
    std::shared_ptr<arrow::Schema> schema;
    file_.require(file_.reader().GetSchema(&schema));
    const auto require_column = [&](const std::string& name, bool text) {
      const std::shared_ptr<arrow::Field> field = schema->GetFieldByName(name);
      if (!field) throw_no_column(name_, name, schema->field_names());
      if (text ? holds_text(*field->type()) : holds_cells(*field->type())) return;
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("{}: column '{}' is {}, not {}", name_, name,
                              config::printable(field->type()->ToString()),
                              text ? "a string" : "a number, a string or a list of them"));
    };
    std::vector<std::string> wanted = columns_.labels;
    if (reading_.pass == Pass::kAll) wanted.push_back(columns_.text);
    if (reading_.pass == Pass::kAll && !columns_.text_pair.empty())
      wanted.push_back(columns_.text_pair);
    require_column(columns_.text, true);
    if (!columns_.text_pair.empty()) require_column(columns_.text_pair, true);
    for (const std::string& label : columns_.labels) require_column(label, false);
    const parquet::SchemaDescriptor& leaves =
        *file_.reader().parquet_reader()->metadata()->schema();
    for (int i = 0; i < leaves.num_columns(); ++i) {
      if (std::ranges::find(wanted, leaves.GetColumnRoot(i)->name()) != wanted.end())
        leaves_.push_back(i);
    }
  }

  // The next row group that holds a wanted row.
  bool open_group() {
    const parquet::FileMetaData& metadata = *file_.reader().parquet_reader()->metadata();
    while (group_ < metadata.num_row_groups()) {
      const std::int64_t rows = metadata.RowGroup(group_)->num_rows();
      if (rows < 0) file_.fail("a row group has a negative number of rows");
      group_end_ = position() + static_cast<std::uint64_t>(rows);
      if (wants_any(group_end_)) {
        // So that a batch of long texts stays small too.
        const std::int64_t bytes = std::max<std::int64_t>(
            metadata.RowGroup(group_)->total_byte_size() / std::max<std::int64_t>(rows, 1), 1);
        file_.reader().set_batch_size(
            std::clamp<std::int64_t>(static_cast<std::int64_t>(kBlockBytes) / bytes, 1,
                                     static_cast<std::int64_t>(kBlockRows)));
        batches_ = file_.value(file_.reader().GetRecordBatchReader({group_}, leaves_));
        return true;
      }
      skip_to(group_end_);
      row_ += static_cast<std::uint64_t>(rows);
      ++group_;
    }
    return false;
  }

  bool wants_any(std::uint64_t end) const {
    if (reading_.wanted == nullptr) return true;
    const auto last = std::min<std::uint64_t>(end, reading_.wanted->size());
    for (std::uint64_t i = position(); i < last; ++i) {
      if ((*reading_.wanted)[i]) return true;
    }
    return false;
  }

  void end_group() {
    batches_.reset();
    ++group_;
    if (position() != group_end_) file_.fail("a row group has not the rows that it says");
  }

  const arrow::Array& column(const arrow::RecordBatch& batch, const std::string& name) const {
    const std::shared_ptr<arrow::Array> array = batch.GetColumnByName(name);
    if (!array) file_.fail("a column is missing in a batch");
    return *array;  // the batch owns it too
  }

  void add_batch(const arrow::RecordBatch& batch, std::vector<RawRow>& block) {
    const bool all = reading_.pass == Pass::kAll;
    const arrow::Array* text = all ? &column(batch, columns_.text) : nullptr;
    const arrow::Array* pair =
        all && !columns_.text_pair.empty() ? &column(batch, columns_.text_pair) : nullptr;
    std::vector<const arrow::Array*> labels;
    for (const std::string& label : columns_.labels) labels.push_back(&column(batch, label));
    for (std::int64_t i = 0; i < batch.num_rows(); ++i) {
      RawRow* row = add_row(block, ++row_);
      if (row == nullptr) continue;
      if (text != nullptr) row->text = checked_text(*text, i, columns_.text);
      if (pair != nullptr) row->text_pair = checked_text(*pair, i, columns_.text_pair);
      fill_label(labels, i, row->label);
    }
  }

  void fill_label(const std::vector<const arrow::Array*>& labels, std::int64_t index, Cell& cell) {
    if (labels.size() == 1) return cell_at(*labels[0], index, cell);
    cell.kind = CellKind::kList;
    cell.items.resize(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) cell_at(*labels[i], index, cell.items[i]);
  }

  std::string checked_text(const arrow::Array& array, std::int64_t index,
                           const std::string& column) const {
    const std::optional<std::string_view> text = text_at(array, index);
    if (!text) throw_at(place(row_), fmt::format("has no '{}'", column));
    if (!is_utf8(*text)) throw_not_utf8(place(row_));
    return std::string(*text);
  }

  ParquetFile file_;
  std::vector<int> leaves_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  int group_ = 0;
  std::uint64_t group_end_ = 0;
  std::uint64_t row_ = 0;  // of the file, from 1 once one was read
};

}  // namespace

std::unique_ptr<TableReader> open_parquet(const std::filesystem::path& file, const Columns& columns,
                                          const Reading& reading, std::uint64_t first_position) {
  return std::make_unique<ParquetReader>(file, columns, reading, first_position);
}

std::vector<std::string> parquet_class_names(const std::filesystem::path& file,
                                             const std::string& column) {
  ParquetFile parquet(file);
  return parquet.guarded([&]() -> std::vector<std::string> {
    std::shared_ptr<arrow::Schema> schema;
    parquet.require(parquet.reader().GetSchema(&schema));
    if (!schema->metadata()) return {};
    const auto value = schema->metadata()->Get("huggingface");
    if (!value.ok()) return {};
    const std::optional<nlohmann::json> info = config::find_json(*value);
    const nlohmann::json::json_pointer path("/info/features");
    if (!info || !info->contains(path)) return {};
    return class_names(info->at(path), column);
  });
}

}  // namespace trainer::data
