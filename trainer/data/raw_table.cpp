#include "data/raw_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include "text/unicode/utf8.hpp"

namespace trainer::data {
namespace {

std::optional<std::int64_t> as_integer(std::string_view label) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(label.data(), label.data() + label.size(), value);
  if (error != std::errc() || end != label.data() + label.size()) return std::nullopt;
  return value;
}

bool all_integers(const RawTable& table) {
  return std::ranges::all_of(table.rows,
                             [](const RawRow& row) { return as_integer(row.label).has_value(); });
}

class Labels {
 public:
  Labels(const RawTable& table, const DatasetOptions& options) : table_(table), options_(options) {
    names_ = !options.label_names.empty() ? options.label_names : table.label_names;
    by_name_ = !all_integers(table);
    if (by_name_ && names_.empty()) names_ = class_names_of(table);
  }

  std::int64_t index_of(const RawRow& row) const {
    const std::string& file = table_.files[row.file];
    if (row.label.empty()) throw_at_line(file, row.line, "has no label");
    if (!by_name_) return checked(*as_integer(row.label), row);
    const auto at = std::ranges::find(names_, row.label);
    if (at == names_.end()) {
      throw_at_line(
          file, row.line,
          fmt::format(
              "has the label '{}', which is none of the classes ({})", row.label,
              fmt::join(names_.begin(),
                        names_.begin() + std::min<std::ptrdiff_t>(20, std::ssize(names_)), ", ")));
    }
    return checked(at - names_.begin(), row);
  }

  std::vector<std::string> names() && { return std::move(names_); }

 private:
  std::int64_t checked(std::int64_t index, const RawRow& row) const {
    std::int64_t count = options_.label_count.value_or(std::numeric_limits<std::int64_t>::max());
    if (!names_.empty()) count = std::min(count, static_cast<std::int64_t>(names_.size()));
    if (index >= 0 && index < count) return index;
    const std::string range = count == std::numeric_limits<std::int64_t>::max()
                                  ? "from 0 up"
                                  : fmt::format("0 to {}", count - 1);
    throw_at_line(table_.files[row.file], row.line,
                  fmt::format("has the label {}; labels are {}", row.label, range));
  }

  const RawTable& table_;
  const DatasetOptions& options_;
  std::vector<std::string> names_;
  bool by_name_ = false;
};

}  // namespace

void throw_at_line(std::string_view file, std::size_t line, std::string_view message) {
  throw Error(ErrorCode::kInvalidInput, fmt::format("{}: line {} {}", file, line, message));
}

void throw_no_column(std::string_view file, std::string_view column,
                     const std::vector<std::string>& there) {
  throw Error(
      ErrorCode::kInvalidInput,
      fmt::format(
          "{}: has no column '{}' (its columns: {}): name the right one with --text-column, "
          "--text-pair-column or --label-column",
          file, column, fmt::join(there, ", ")));
}

void require_utf8(std::string_view text, std::string_view file, std::size_t line) {
  if (!text::is_valid_utf8(text)) throw_at_line(file, line, "is not UTF-8: convert the file first");
}

std::vector<std::string> class_names_of(const RawTable& table) {
  if (all_integers(table)) return {};
  std::set<std::string> names;
  for (const RawRow& row : table.rows) names.insert(row.label);
  return {names.begin(), names.end()};
}

Dataset make_dataset(RawTable table, const DatasetOptions& options) {
  Labels labels(table, options);
  Dataset dataset;
  dataset.rows.reserve(table.rows.size());
  for (RawRow& row : table.rows) {
    const std::int64_t label = labels.index_of(row);
    dataset.rows.push_back(
        {.text = std::move(row.text), .text_pair = std::move(row.text_pair), .label = label});
  }
  dataset.label_names = std::move(labels).names();
  return dataset;
}

}  // namespace trainer::data
