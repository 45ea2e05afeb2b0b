#include "data/tables/json_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "config/json.hpp"
#include "config/printable.hpp"

namespace trainer::data {

JsonFields::JsonFields(const Columns& columns, Pass pass)
    : columns_(columns), pass_(pass), seen_(2 + columns.labels.size()) {}

bool JsonFields::parse(std::string_view object, RawRow& row) {
  row_ = &row;
  depth_ = 0;
  in_list_ = false;
  column_ = Column::kOther;
  failure_.clear();
  seen_.assign(seen_.size(), false);
  if (columns_.text_pair.empty()) seen_[1] = true;
  if (columns_.labels.size() > 1) {
    row.label.kind = CellKind::kList;
    row.label.items.resize(columns_.labels.size());
  }
  return nlohmann::json::sax_parse(object.begin(), object.end(), this) &&
         std::ranges::find(seen_, false) == seen_.end();
}

void JsonFields::throw_failure(std::string_view object, const std::string& place) const {
  if (!failure_.empty()) throw_at(place, failure_);
  const std::size_t missing =
      static_cast<std::size_t>(std::ranges::find(seen_, false) - seen_.begin());
  std::vector<std::string> keys;
  const nlohmann::json whole = nlohmann::json::parse(object, nullptr, false);
  for (const auto& [key, value] : whole.items()) keys.push_back(key);
  throw_no_column(place,
                  missing == 0   ? columns_.text
                  : missing == 1 ? columns_.text_pair
                                 : columns_.labels[missing - 2],
                  keys);
}

bool JsonFields::fail(std::string message) {
  failure_ = std::move(message);
  return false;
}

Cell* JsonFields::cell() {
  Cell& label = columns_.labels.size() > 1 ? row_->label.items[label_] : row_->label;
  if (!in_list_) return &label;
  return &label.items.emplace_back();
}

// A value of a type that its column does not take.
bool JsonFields::unfit() {
  if (column_ == Column::kText || column_ == Column::kPair) {
    return fail(fmt::format("has a '{}' that is not a string",
                            column_ == Column::kText ? columns_.text : columns_.text_pair));
  }
  return fail(fmt::format("has a '{}' that is neither a number, a class name nor a list of them",
                          config::printable(columns_.labels[label_])));
}

bool JsonFields::null() {
  if (depth_ == 0) return fail("is not a JSON object");
  if (column_ == Column::kOther || depth_ > (in_list_ ? 2U : 1U)) return true;
  if (column_ != Column::kLabel) {
    return fail(
        fmt::format("has no '{}'", column_ == Column::kText ? columns_.text : columns_.text_pair));
  }
  cell()->kind = CellKind::kNull;
  return true;
}

bool JsonFields::boolean(bool value) { return number_integer(value ? 1 : 0); }

bool JsonFields::number_integer(number_integer_t value) {
  if (depth_ == 0) return fail("is not a JSON object");
  if (column_ == Column::kOther) return true;
  if (column_ != Column::kLabel) return unfit();
  Cell& label = *cell();
  label.kind = CellKind::kInteger;
  label.integer = value;
  return true;
}

bool JsonFields::number_unsigned(number_unsigned_t value) {
  if (value > static_cast<number_unsigned_t>(std::numeric_limits<number_integer_t>::max())) {
    return number_float(static_cast<double>(value), {});
  }
  return number_integer(static_cast<number_integer_t>(value));
}

bool JsonFields::number_float(number_float_t value, const string_t&) {
  if (depth_ == 0) return fail("is not a JSON object");
  if (column_ == Column::kOther) return true;
  if (column_ != Column::kLabel) return unfit();
  Cell& label = *cell();
  label.kind = CellKind::kReal;
  label.real = value;
  return true;
}

bool JsonFields::string(string_t& value) {
  if (depth_ == 0) return fail("is not a JSON object");
  switch (column_) {
    case Column::kOther:
      return true;
    case Column::kText:
      if (pass_ == Pass::kAll) row_->text = std::move(value);
      return true;
    case Column::kPair:
      if (pass_ == Pass::kAll) row_->text_pair = std::move(value);
      return true;
    case Column::kLabel:
      break;
  }
  Cell& label = *cell();
  label.kind = CellKind::kText;
  label.text = std::move(value);
  return true;
}

bool JsonFields::binary(binary_t&) { return unfit(); }

bool JsonFields::enter() {
  if (depth_ == config::kMaxJsonDepth) return fail(config::NestsTooDeep().what());
  ++depth_;
  return true;
}

bool JsonFields::start_object(std::size_t) {
  if (!enter()) return false;
  if (depth_ == 1 || column_ == Column::kOther) return true;
  return unfit();
}

bool JsonFields::key(string_t& name) {
  if (depth_ != 1) return true;
  column_ = Column::kOther;
  if (name == columns_.text) {
    column_ = Column::kText;
    seen_[0] = true;
  } else if (!columns_.text_pair.empty() && name == columns_.text_pair) {
    column_ = Column::kPair;
    seen_[1] = true;
  } else if (const auto at = std::ranges::find(columns_.labels, name);
             at != columns_.labels.end()) {
    column_ = Column::kLabel;
    label_ = static_cast<std::size_t>(at - columns_.labels.begin());
    seen_[2 + label_] = true;
  }
  return true;
}

bool JsonFields::end_object() {
  --depth_;
  return true;
}

bool JsonFields::start_array(std::size_t) {
  if (depth_ == 0) return fail("is not a JSON object");
  if (!enter()) return false;
  if (column_ == Column::kOther) return true;
  if (column_ != Column::kLabel || in_list_ || columns_.labels.size() > 1) return unfit();
  in_list_ = true;
  row_->label = {};
  row_->label.kind = CellKind::kList;
  return true;
}

bool JsonFields::end_array() {
  --depth_;
  if (column_ == Column::kLabel) in_list_ = false;
  return true;
}

bool JsonFields::parse_error(std::size_t position, const std::string&,
                             const nlohmann::json::exception& error) {
  // 406: a number outside double's range.
  failure_ = error.id == 406
                 ? "is not valid JSON: a number is out of range"
                 : fmt::format("is not valid JSON in UTF-8 (at byte {} of it)", position);
  return false;
}

}  // namespace trainer::data
