#include "data/json_rows.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace trainer::data {
namespace {

using nlohmann::json;

std::vector<std::string> keys_of(const json& row) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : row.items()) keys.push_back(key);
  return keys;
}

class RowReader {
 public:
  RowReader(const std::string& file, const Columns& columns) : file_(file), columns_(columns) {}

  RawRow read(const json& row, std::size_t line) const {
    if (!row.is_object()) throw_at_line(file_, line, "is not a JSON object");
    RawRow out{.text = text(row, columns_.text, line),
               .text_pair = {},
               .label = label(row, line),
               .file = 0,
               .line = line};
    if (!columns_.text_pair.empty()) out.text_pair = text(row, columns_.text_pair, line);
    return out;
  }

 private:
  const json& value(const json& row, const std::string& column, std::size_t line) const {
    const auto at = row.find(column);
    if (at == row.end())
      throw_no_column(fmt::format("{}: line {}", file_, line), column, keys_of(row));
    return *at;
  }

  std::string text(const json& row, const std::string& column, std::size_t line) const {
    const json& found = value(row, column, line);
    if (!found.is_string())
      throw_at_line(file_, line, fmt::format("has a '{}' that is not a string", column));
    return found.get<std::string>();
  }

  std::string label(const json& row, std::size_t line) const {
    const json& found = value(row, columns_.label, line);
    if (found.is_string()) return found.get<std::string>();
    if (found.is_number_integer()) return found.dump();
    throw_at_line(
        file_, line,
        fmt::format("has a '{}' that is neither an integer nor a class name", columns_.label));
  }

  const std::string& file_;
  const Columns& columns_;
};

json parse(std::string_view text, const std::string& file, std::size_t line) {
  try {
    return json::parse(text);
  } catch (const json::parse_error& error) {
    throw_at_line(file, line,
                  fmt::format("is not valid JSON in UTF-8 (at byte {} of it)", error.byte));
  }
}

}  // namespace

RawTable read_json_rows(std::string_view content, const std::string& file, const Columns& columns) {
  RawTable table{.files = {file}, .rows = {}, .label_names = {}};
  const RowReader reader(file, columns);
  const std::size_t first = content.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && content[first] == '[') {
    const json array = parse(content, file, 1);
    for (std::size_t i = 0; i < array.size(); ++i)
      table.rows.push_back(reader.read(array[i], i + 1));
    return table;
  }
  for (std::size_t line = 1; !content.empty(); ++line) {
    const std::size_t end = content.find('\n');
    const std::string_view text = content.substr(0, end);
    content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    table.rows.push_back(reader.read(parse(text, file, line), line));
  }
  return table;
}

}  // namespace trainer::data
