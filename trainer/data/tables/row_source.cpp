#include "data/tables/row_source.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <span>

#include "config/printable.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::data {
namespace {

template <typename Number>
bool parse_number(std::string_view field, Number& value) {
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  return error == std::errc() && end == field.data() + field.size();
}

// from_chars also takes "inf" and "nan", which are names here.
bool begins_like_a_number(std::string_view field) {
  if (!field.empty() && field[0] == '-') field.remove_prefix(1);
  return !field.empty() && ((field[0] >= '0' && field[0] <= '9') || field[0] == '.');
}

}  // namespace

std::string text_of(const Cell& cell) {
  switch (cell.kind) {
    case CellKind::kNull:
      return "";
    case CellKind::kText:
      return cell.text;
    case CellKind::kInteger:
      return cell.text.empty() ? std::to_string(cell.integer) : cell.text;
    case CellKind::kReal:
      return cell.text.empty() ? fmt::format("{}", cell.real) : cell.text;
    case CellKind::kList:
      break;
  }
  std::string all = "[";
  for (const Cell& item : cell.items) {
    if (all.size() > 1) all += ", ";
    all += text_of(item);
  }
  return all + "]";
}

void assign_field(Cell& cell, std::string_view field) {
  cell.kind = field.empty() ? CellKind::kNull : CellKind::kText;
  cell.text = field;
  if (!begins_like_a_number(field)) return;
  if (parse_number(field, cell.integer)) {
    cell.kind = CellKind::kInteger;
  } else if (parse_number(field, cell.real) && std::isfinite(cell.real)) {
    cell.kind = CellKind::kReal;
  }
}

void throw_at(std::string_view place, std::string_view message) {
  throw Error(ErrorCode::kInvalidInput, fmt::format("{} {}", place, message));
}

void throw_at_line(std::string_view file, std::uint64_t line, std::string_view message) {
  throw Error(ErrorCode::kInvalidInput, fmt::format("{}: line {} {}", file, line, message));
}

void throw_no_column(std::string_view file, std::string_view column,
                     const std::vector<std::string>& there) {
  std::string names;
  for (const std::string& name : std::span(there).first(std::min<std::size_t>(there.size(), 40))) {
    names += (names.empty() ? "" : ", ") + config::printable(name, 60);
  }
  if (there.size() > 40) names += ", …";
  throw Error(
      ErrorCode::kInvalidInput,
      fmt::format(
          "{}: has no column '{}' (its columns: {}): name the right one with --text-column, "
          "--text-pair-column or --label-column",
          file, column, names));
}

bool is_utf8(std::string_view text) { return text::is_valid_utf8(text); }

void throw_not_utf8(std::string_view place) {
  throw_at(place, "is not UTF-8: convert the file first");
}

}  // namespace trainer::data
