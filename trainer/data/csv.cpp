#include "data/csv.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace trainer::data {
namespace {

class CsvReader {
 public:
  CsvReader(std::string_view content, const std::string& file) : rest_(content), file_(file) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
  }

  // The next record that is not an empty line; false at the end.
  bool next(std::vector<std::string>& fields) {
    while (!rest_.empty() && (rest_[0] == '\n' || rest_.starts_with("\r\n"))) end_line();
    if (rest_.empty()) return false;
    record_line_ = line_;
    fields.clear();
    do {
      fields.emplace_back();
      read_field(fields.back());
    } while (take(','));
    end_line();
    return true;
  }

  std::size_t record_line() const noexcept { return record_line_; }

 private:
  bool take(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void end_line() {
    if (rest_.starts_with("\r\n")) rest_.remove_prefix(1);
    if (take('\n')) ++line_;
  }

  void read_field(std::string& field) {
    if (take('"')) return read_quoted(field);
    std::size_t end = rest_.find_first_of(",\n");
    if (end == std::string_view::npos) end = rest_.size();
    if (end < rest_.size() && rest_[end] == '\n' && end > 0 && rest_[end - 1] == '\r') --end;
    field = rest_.substr(0, end);
    rest_.remove_prefix(end);
  }

  void read_quoted(std::string& field) {
    while (true) {
      const std::size_t quote = rest_.find('"');
      if (quote == std::string_view::npos)
        throw_at_line(file_, record_line_, "opens a quote that is never closed");
      line_ += static_cast<std::size_t>(
          std::count(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(quote), '\n'));
      field.append(rest_.substr(0, quote));
      rest_.remove_prefix(quote + 1);
      if (!take('"')) break;
      field.push_back('"');
    }
    if (!rest_.empty() && rest_[0] != ',' && rest_[0] != '\n' && !rest_.starts_with("\r\n")) {
      throw_at_line(file_, line_,
                    "has text behind a closing quote: double the quotes inside a field");
    }
  }

  std::string_view rest_;
  const std::string& file_;
  std::size_t line_ = 1;
  std::size_t record_line_ = 1;
};

std::size_t column_index(const std::vector<std::string>& header, const std::string& name,
                         const std::string& file) {
  const auto at = std::ranges::find(header, name);
  if (at == header.end()) throw_no_column(file, name, header);
  return static_cast<std::size_t>(at - header.begin());
}

}  // namespace

RawTable read_csv(std::string_view content, const std::string& file, const Columns& columns) {
  CsvReader reader(content, file);
  std::vector<std::string> header;
  if (!reader.next(header))
    throw Error(ErrorCode::kInvalidInput, file + ": is empty: a header line is needed");
  const std::size_t text = column_index(header, columns.text, file);
  const std::size_t label = column_index(header, columns.label, file);
  std::optional<std::size_t> pair;
  if (!columns.text_pair.empty()) pair = column_index(header, columns.text_pair, file);

  RawTable table{.files = {file}, .rows = {}, .label_names = {}};
  for (std::vector<std::string> fields; reader.next(fields);) {
    const std::size_t line = reader.record_line();
    if (fields.size() != header.size()) {
      throw_at_line(file, line,
                    fmt::format("has {} fields, the header {}", fields.size(), header.size()));
    }
    require_utf8(fields[text], file, line);
    RawRow row{.text = std::move(fields[text]),
               .text_pair = {},
               .label = fields[label],
               .file = 0,
               .line = line};
    if (pair) {
      require_utf8(fields[*pair], file, line);
      row.text_pair = std::move(fields[*pair]);
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace trainer::data
