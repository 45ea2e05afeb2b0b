#include <limits>

#include "data/tables/parquet_file.hpp"

namespace trainer::data {
namespace {

using arrow::Type;

// The row of the dictionary that row `index` refers to; nullopt for null.
std::optional<std::int64_t> dictionary_row(const arrow::DictionaryArray& array,
                                           std::int64_t index) {
  if (array.IsNull(index)) return std::nullopt;
  const std::int64_t row = array.GetValueIndex(index);
  if (row < 0 || row >= array.dictionary()->length()) {
    throw Error(ErrorCode::kInvalidInput, "a dictionary index is out of range");
  }
  return row;
}

template <typename ArrayType>
void integer_at(const arrow::Array& array, std::int64_t index, Cell& cell) {
  const auto value = static_cast<const ArrayType&>(array).Value(index);
  cell.kind = CellKind::kInteger;
  if constexpr (std::is_same_v<ArrayType, arrow::UInt64Array>) {
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      cell.kind = CellKind::kReal;
      cell.real = static_cast<double>(value);
      return;
    }
  }
  cell.integer = static_cast<std::int64_t>(value);
}

template <typename ArrayType>
void real_at(const arrow::Array& array, std::int64_t index, Cell& cell) {
  cell.kind = CellKind::kReal;
  cell.real = static_cast<double>(static_cast<const ArrayType&>(array).Value(index));
}

// False when the column does not hold numbers.
bool number_at(const arrow::Array& array, std::int64_t index, Cell& cell) {
  switch (array.type_id()) {
    case Type::BOOL:
      return integer_at<arrow::BooleanArray>(array, index, cell), true;
    case Type::INT8:
      return integer_at<arrow::Int8Array>(array, index, cell), true;
    case Type::INT16:
      return integer_at<arrow::Int16Array>(array, index, cell), true;
    case Type::INT32:
      return integer_at<arrow::Int32Array>(array, index, cell), true;
    case Type::INT64:
      return integer_at<arrow::Int64Array>(array, index, cell), true;
    case Type::UINT8:
      return integer_at<arrow::UInt8Array>(array, index, cell), true;
    case Type::UINT16:
      return integer_at<arrow::UInt16Array>(array, index, cell), true;
    case Type::UINT32:
      return integer_at<arrow::UInt32Array>(array, index, cell), true;
    case Type::UINT64:
      return integer_at<arrow::UInt64Array>(array, index, cell), true;
    case Type::FLOAT:
      return real_at<arrow::FloatArray>(array, index, cell), true;
    case Type::DOUBLE:
      return real_at<arrow::DoubleArray>(array, index, cell), true;
    default:
      return false;
  }
}

template <typename ArrayType>
void list_at(const arrow::Array& array, std::int64_t index, Cell& cell) {
  const auto& list = static_cast<const ArrayType&>(array);
  cell.kind = CellKind::kList;
  const auto begin = static_cast<std::int64_t>(list.value_offset(index));
  const auto count = static_cast<std::int64_t>(list.value_length(index));
  if (begin < 0 || count < 0 || begin + count > list.values()->length()) {
    throw Error(ErrorCode::kInvalidInput, "a list is out of range");
  }
  cell.items.resize(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    cell_at(*list.values(), begin + i, cell.items[static_cast<std::size_t>(i)]);
  }
}

}  // namespace

bool holds_text(const arrow::DataType& type) {
  if (type.id() == Type::DICTIONARY) {
    return holds_text(*static_cast<const arrow::DictionaryType&>(type).value_type());
  }
  return type.id() == Type::STRING || type.id() == Type::LARGE_STRING ||
         type.id() == Type::STRING_VIEW;
}

bool holds_cells(const arrow::DataType& type) {
  switch (type.id()) {
    case Type::LIST:
    case Type::LARGE_LIST:
    case Type::FIXED_SIZE_LIST: {
      const arrow::DataType& item = *type.field(0)->type();
      return item.num_fields() == 0 && holds_cells(item);
    }
    case Type::BOOL:
    case Type::FLOAT:
    case Type::DOUBLE:
    case Type::NA:
      return true;
    default:
      return arrow::is_integer(type.id()) || holds_text(type);
  }
}

std::optional<std::string_view> text_at(const arrow::Array& array, std::int64_t index) {
  if (array.IsNull(index)) return std::nullopt;
  switch (array.type_id()) {
    case Type::STRING:
      return static_cast<const arrow::StringArray&>(array).GetView(index);
    case Type::LARGE_STRING:
      return static_cast<const arrow::LargeStringArray&>(array).GetView(index);
    case Type::STRING_VIEW:
      return static_cast<const arrow::StringViewArray&>(array).GetView(index);
    default: {
      const auto& dictionary = static_cast<const arrow::DictionaryArray&>(array);
      const std::optional<std::int64_t> row = dictionary_row(dictionary, index);
      return row ? text_at(*dictionary.dictionary(), *row) : std::nullopt;
    }
  }
}

void cell_at(const arrow::Array& array, std::int64_t index, Cell& cell) {
  cell = {};
  if (array.IsNull(index) || number_at(array, index, cell)) return;
  switch (array.type_id()) {
    case Type::LIST:
      return list_at<arrow::ListArray>(array, index, cell);
    case Type::LARGE_LIST:
      return list_at<arrow::LargeListArray>(array, index, cell);
    case Type::FIXED_SIZE_LIST:
      return list_at<arrow::FixedSizeListArray>(array, index, cell);
    default:
      break;
  }
  const std::optional<std::string_view> text = text_at(array, index);
  if (!text) return;
  cell.kind = CellKind::kText;
  cell.text = *text;
}

}  // namespace trainer::data
