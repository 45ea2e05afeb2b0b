#include "data/json_rows.hpp"

#include <fmt/format.h>

#include <sstream>
#include <utility>

#include "data/json_lines.hpp"

namespace trainer::data {
namespace {

void require_column(const JsonRow& row, const std::string& column) {
  if (row.value.contains(column)) return;
  std::vector<std::string> keys;
  for (const auto& [key, value] : row.value.items()) keys.push_back(key);
  throw_no_column(fmt::format("{}: line {}", row.file, row.line), column, keys);
}

std::string text_of(const JsonRow& row, const std::string& column) {
  require_column(row, column);
  return row.text(column);
}

std::string label_of(const JsonRow& row, const std::string& column) {
  require_column(row, column);
  const nlohmann::json& found = row.value[column];
  if (found.is_string()) return found.get<std::string>();
  if (found.is_number_integer()) return found.dump();
  throw_at_line(row.file, row.line,
                fmt::format("has a '{}' that is neither an integer nor a class name", column));
}

RawRow raw_row(const JsonRow& row, const Columns& columns) {
  RawRow out{.text = text_of(row, columns.text),
             .text_pair = {},
             .label = label_of(row, columns.label),
             .file = 0,
             .line = row.line};
  if (!columns.text_pair.empty()) out.text_pair = text_of(row, columns.text_pair);
  return out;
}

void add_array(std::string_view content, const Columns& columns, RawTable& table) {
  const std::string& file = table.files[0];
  nlohmann::json array = parse_json(content, file, 1);
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (!array[i].is_object()) throw_at_line(file, i + 1, "is not a JSON object");
    table.rows.push_back(
        raw_row({.value = std::move(array[i]), .file = file, .line = i + 1}, columns));
  }
}

}  // namespace

RawTable read_json_rows(std::string content, const std::string& file, const Columns& columns) {
  RawTable table{.files = {file}, .rows = {}, .label_names = {}};
  const std::size_t first = content.find_first_not_of(" \t\r\n");
  if (first != std::string::npos && content[first] == '[') {
    add_array(content, columns, table);
    return table;
  }
  std::istringstream stream(std::move(content));
  JsonLines lines(stream, file);
  while (const std::optional<JsonRow> row = lines.next())
    table.rows.push_back(raw_row(*row, columns));
  return table;
}

}  // namespace trainer::data
