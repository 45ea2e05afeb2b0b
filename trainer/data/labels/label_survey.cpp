#include <fmt/format.h>

#include <algorithm>

#include "data/labels/labels.hpp"

namespace trainer::data {
namespace {

constexpr std::size_t kMaxNames = 100'000;

}  // namespace

void LabelSurvey::add(const Cell& cell) {
  ++rows_;
  if (cell.kind != CellKind::kList) return add_value(cell);
  ++lists_;
  shortest_ = std::min(shortest_, cell.items.size());
  longest_ = std::max(longest_, cell.items.size());
  for (const Cell& item : cell.items) add_value(item);
}

void LabelSurvey::add_value(const Cell& cell) {
  if (cell.kind == CellKind::kNull || cell.kind == CellKind::kList) return;
  if (cell.kind == CellKind::kInteger) {
    integers_ = true;
    binary_ = binary_ && (cell.integer == 0 || cell.integer == 1);
    if (too_many_ || last_number_ == cell.integer) return;
    last_number_ = cell.integer;
    numbers_.insert(cell.integer);
  } else {
    (cell.kind == CellKind::kReal ? reals_ : texts_) = true;
    if (too_many_ || (cell.kind == CellKind::kText && cell.text == last_name_)) return;
    last_name_ = text_of(cell);
    names_.insert(last_name_);
  }
  if (names_.size() + numbers_.size() <= kMaxNames) return;
  too_many_ = true;
  names_.clear();
  numbers_.clear();
}

std::optional<std::size_t> LabelSurvey::list_length() const noexcept {
  return lists_ > 0 && shortest_ == longest_ ? std::optional(longest_) : std::nullopt;
}

std::vector<std::string> LabelSurvey::names(const std::string& origin) const {
  if (too_many_) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: has more than {} different labels: name the right column with "
                            "--label-column, or --problem-type regression for numbers",
                            origin, kMaxNames));
  }
  std::set<std::string> sorted(names_.begin(), names_.end());
  for (const std::int64_t number : numbers_) sorted.insert(std::to_string(number));
  return {sorted.begin(), sorted.end()};
}

}  // namespace trainer::data
