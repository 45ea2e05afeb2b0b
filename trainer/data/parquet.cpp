#include "data/parquet.hpp"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>

#include <nlohmann/json.hpp>

namespace trainer::data {
namespace {

[[noreturn]] void throw_arrow(const std::filesystem::path& file, const arrow::Status& status) {
  throw Error(ErrorCode::kInvalidInput,
              fmt::format("{}: cannot be read as Parquet ({}): get the file again", file.string(),
                          status.message()));
}

template <typename T>
T value_or_throw(arrow::Result<T> result, const std::filesystem::path& file) {
  if (!result.ok()) throw_arrow(file, result.status());
  return std::move(result).ValueUnsafe();
}

std::shared_ptr<arrow::Table> read_table(const std::filesystem::path& file,
                                         const Columns& columns) {
  const auto input = value_or_throw(arrow::io::ReadableFile::Open(file.string()), file);
  auto reader = value_or_throw(parquet::arrow::OpenFile(input, arrow::default_memory_pool()), file);
  std::shared_ptr<arrow::Schema> schema;
  if (const arrow::Status status = reader->GetSchema(&schema); !status.ok())
    throw_arrow(file, status);
  std::vector<int> wanted;
  for (const std::string& column : {columns.text, columns.label, columns.text_pair}) {
    if (column.empty()) continue;
    const int index = schema->GetFieldIndex(column);
    if (index < 0) throw_no_column(file.string(), column, schema->field_names());
    wanted.push_back(index);
  }
  return value_or_throw(reader->ReadTable(wanted), file);
}

bool holds_text(const arrow::DataType& type) {
  return type.id() == arrow::Type::STRING || type.id() == arrow::Type::LARGE_STRING;
}

// One column as text: strings as they are, integers in decimal.
std::vector<std::string> read_column(const arrow::Table& table, const std::string& name,
                                     const std::string& file) {
  const std::shared_ptr<arrow::ChunkedArray> column = table.GetColumnByName(name);
  if (!holds_text(*column->type()) && !arrow::is_integer(column->type()->id())) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: column '{}' is {}, neither a string nor an integer", file, name,
                            column->type()->ToString()));
  }
  std::vector<std::string> values;
  values.reserve(static_cast<std::size_t>(column->length()));
  for (const auto& chunk : column->chunks()) {
    for (std::int64_t i = 0; i < chunk->length(); ++i) {
      if (chunk->IsNull(i))
        throw_at_line(file, values.size() + 1, fmt::format("has no '{}'", name));
      if (chunk->type_id() == arrow::Type::STRING) {
        values.push_back(static_cast<const arrow::StringArray&>(*chunk).GetString(i));
      } else if (chunk->type_id() == arrow::Type::LARGE_STRING) {
        values.push_back(static_cast<const arrow::LargeStringArray&>(*chunk).GetString(i));
      } else {
        values.push_back(value_or_throw(chunk->GetScalar(i), file)->ToString());
      }
    }
  }
  return values;
}

// {"info": {"features": {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}}}
std::vector<std::string> class_names(const arrow::Table& table, const std::string& label_column) {
  const auto metadata = table.schema()->metadata();
  if (!metadata) return {};
  const auto value = metadata->Get("huggingface");
  if (!value.ok()) return {};
  const nlohmann::json info = nlohmann::json::parse(*value, nullptr, false);
  const nlohmann::json::json_pointer path("/info/features");
  if (info.is_discarded() || !info.contains(path)) return {};
  const nlohmann::json& features = info.at(path);
  if (!features.is_object() || !features.contains(label_column)) return {};
  const nlohmann::json& feature = features.at(label_column);
  if (!feature.is_object() || !feature.contains("names") || !feature.at("names").is_array())
    return {};
  std::vector<std::string> names;
  for (const nlohmann::json& name : feature.at("names")) {
    if (!name.is_string()) return {};
    names.push_back(name.get<std::string>());
  }
  return names;
}

}  // namespace

RawTable read_parquet(const std::filesystem::path& file, const Columns& columns) {
  const std::string name = file.string();
  if (!std::filesystem::is_regular_file(file))
    throw Error(ErrorCode::kNotFound, name + ": no such file");
  const std::shared_ptr<arrow::Table> arrow_table = read_table(file, columns);
  std::vector<std::string> texts = read_column(*arrow_table, columns.text, name);
  std::vector<std::string> labels = read_column(*arrow_table, columns.label, name);
  std::vector<std::string> pairs;
  if (!columns.text_pair.empty()) pairs = read_column(*arrow_table, columns.text_pair, name);

  RawTable table{
      .files = {name}, .rows = {}, .label_names = class_names(*arrow_table, columns.label)};
  table.rows.reserve(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    require_utf8(texts[i], name, i + 1);
    RawRow row{.text = std::move(texts[i]),
               .text_pair = {},
               .label = std::move(labels[i]),
               .file = 0,
               .line = i + 1};
    if (!pairs.empty()) {
      require_utf8(pairs[i], name, i + 1);
      row.text_pair = std::move(pairs[i]);
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace trainer::data
