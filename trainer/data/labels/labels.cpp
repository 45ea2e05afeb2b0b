#include "data/labels/labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "config/printable.hpp"

namespace trainer::data {
namespace {

std::string shown(const std::vector<std::string>& names) {
  std::string all;
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 20); ++i) {
    all += (i == 0 ? "" : ", ") + config::printable(names[i], 60);
  }
  return names.size() > 20 ? all + ", …" : all;
}

std::string shown(const Cell& cell) { return config::printable(text_of(cell), 60); }

}  // namespace

LabelReader::LabelReader(const LabelSurvey& survey, const DatasetOptions& options,
                         const std::vector<std::string>& source_names, const std::string& origin)
    : label_count_(options.label_count) {
  choose_problem(survey, options);
  if (survey.has_lists() && !survey.only_lists()) {
    throw Error(ErrorCode::kInvalidInput,
                origin + ": some labels are lists and some are not: make them alike");
  }
  if (problem_ == ProblemType::kRegression) {
    form_ = Form::kNumber;
  } else if (problem_ == ProblemType::kSingleLabel) {
    form_ = form_of_single(survey, origin);
  } else {
    // The names of the source tell lists of classes from lists of zeros and ones.
    if (options.label_names.empty()) names_ = source_names;
    form_ = form_of_several(survey, options);
  }
  choose_names(survey, options, source_names, origin);
  choose_targets(survey, origin);
  if (form_ != Form::kName && form_ != Form::kNames) return;
  for (std::size_t i = 0; i < names_.size(); ++i)
    index_.emplace(names_[i], static_cast<std::int64_t>(i));
}

void LabelReader::choose_problem(const LabelSurvey& survey, const DatasetOptions& options) {
  if (options.problem_type) {
    problem_ = *options.problem_type;
  } else if (survey.has_lists()) {
    problem_ = ProblemType::kMultiLabel;
  } else if (options.label_count == 1 || (survey.has_reals() && !survey.has_texts())) {
    problem_ = ProblemType::kRegression;
  }
}

LabelReader::Form LabelReader::form_of_single(const LabelSurvey& survey,
                                              const std::string& origin) const {
  if (survey.has_lists()) {
    throw Error(ErrorCode::kInvalidInput,
                origin +
                    ": its labels are lists, which single_label_classification does not take: "
                    "leave --problem-type to the data");
  }
  return survey.has_texts() || survey.has_reals() ? Form::kName : Form::kIndex;
}

LabelReader::Form LabelReader::form_of_several(const LabelSurvey& survey,
                                               const DatasetOptions& options) const {
  if (!survey.has_lists()) return survey.has_texts() ? Form::kNames : Form::kIndices;
  if (options.label_columns.size() > 1 || survey.has_reals()) return Form::kVector;
  if (survey.has_texts()) return Form::kNames;
  if (!names_.empty()) return Form::kIndices;  // a list of ClassLabel
  const std::optional<std::size_t> length = survey.list_length();
  const bool fits =
      options.label_names.empty() ? length > std::size_t{1} : length == options.label_names.size();
  return fits && survey.is_binary() ? Form::kVector : Form::kIndices;
}

void LabelReader::choose_names(const LabelSurvey& survey, const DatasetOptions& options,
                               const std::vector<std::string>& source_names,
                               const std::string& origin) {
  names_.clear();
  if (form_ == Form::kNumber) return;
  if (options.label_columns.size() > 1) {
    names_ = options.label_columns;
  } else if (!options.label_names.empty()) {
    names_ = options.label_names;
  } else if (!source_names.empty()) {
    names_ = source_names;
  } else if (form_ == Form::kName || form_ == Form::kNames) {
    names_ = survey.names(origin);
  }
}

void LabelReader::choose_targets(const LabelSurvey& survey, const std::string& origin) {
  if (form_ == Form::kNumber || form_ == Form::kVector) {
    const std::optional<std::size_t> length =
        survey.has_lists() ? survey.list_length() : std::optional<std::size_t>(1);
    if (!length || *length == 0) {
      throw Error(ErrorCode::kInvalidInput,
                  origin +
                      ": its labels are lists of different lengths: one number for each label "
                      "is needed");
    }
    targets_ = *length;
    if (form_ == Form::kVector && !names_.empty() && names_.size() != targets_) {
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("{}: its labels are lists of {}, there are {} classes ({})", origin,
                              targets_, names_.size(), shown(names_)));
    }
  } else if (problem_ == ProblemType::kMultiLabel) {
    if (names_.empty()) {
      // Indices without names: as many classes as the highest says, or the model has.
      std::int64_t highest = label_count_.value_or(0) - 1;
      for (const std::string& name : survey.names(origin))
        highest = std::max(highest, static_cast<std::int64_t>(std::stoll(name)));
      if (highest >= kMostClasses) {
        throw Error(ErrorCode::kInvalidInput,
                    fmt::format("{}: a label of {} means too many classes", origin, highest));
      }
      label_count_ = std::max<std::int64_t>(highest + 1, 1);
    }
    targets_ = names_.empty() ? static_cast<std::size_t>(*label_count_) : names_.size();
  }
}

std::int64_t LabelReader::class_of(const Cell& cell, const RawRow& row,
                                   const RowSource& source) const {
  if (cell.kind == CellKind::kNull) throw_at(source.place(row), "has no label");
  std::int64_t index = cell.integer;
  if (form_ == Form::kName || form_ == Form::kNames) {
    const auto at = index_.find(text_of(cell));
    if (at == index_.end()) {
      throw_at(source.place(row),
               fmt::format("has the label '{}', which is none of the classes ({})", shown(cell),
                           shown(names_)));
    }
    index = at->second;
  } else if (cell.kind != CellKind::kInteger) {
    throw_at(source.place(row), fmt::format("has the label '{}', not a class index", shown(cell)));
  }
  std::int64_t count = label_count_.value_or(std::numeric_limits<std::int64_t>::max());
  if (!names_.empty()) count = std::min(count, static_cast<std::int64_t>(names_.size()));
  if (index >= 0 && index < count) return index;
  const std::string range = count == std::numeric_limits<std::int64_t>::max()
                                ? "from 0 up"
                                : fmt::format("0 to {}", count - 1);
  throw_at(source.place(row), fmt::format("has the label {}; labels are {}", index, range));
}

float LabelReader::number_of(const Cell& cell, const RawRow& row, const RowSource& source) const {
  if (cell.kind == CellKind::kNull) throw_at(source.place(row), "has no label");
  if (cell.kind != CellKind::kInteger && cell.kind != CellKind::kReal) {
    throw_at(source.place(row), fmt::format("has the label '{}', not a number", shown(cell)));
  }
  const double value =
      cell.kind == CellKind::kInteger ? static_cast<double>(cell.integer) : cell.real;
  if (!std::isfinite(static_cast<float>(value)))
    throw_at(source.place(row), fmt::format("has the label {}, not a number that counts", value));
  if (form_ == Form::kVector && (value < 0 || value > 1)) {
    throw_at(source.place(row),
             fmt::format("has the label {}; of several labels each is from 0 to 1", shown(cell)));
  }
  return static_cast<float>(value);
}

void LabelReader::read_vector(const RawRow& row, const RowSource& source, Example& example) const {
  if (row.label.kind != CellKind::kList) {
    example.targets = {number_of(row.label, row, source)};
    return;
  }
  if (row.label.items.size() != targets_) {
    throw_at(source.place(row),
             fmt::format("has {} labels, not {}", row.label.items.size(), targets_));
  }
  for (const Cell& item : row.label.items) example.targets.push_back(number_of(item, row, source));
}

void LabelReader::read_classes(const RawRow& row, const RowSource& source, Example& example) const {
  example.targets.assign(targets_, 0.0F);
  const auto set = [&](const Cell& cell) {
    example.targets[static_cast<std::size_t>(class_of(cell, row, source))] = 1.0F;
  };
  if (row.label.kind != CellKind::kList) return set(row.label);
  for (const Cell& item : row.label.items) set(item);
}

void LabelReader::read(const RawRow& row, const RowSource& source, Example& example) const {
  switch (form_) {
    case Form::kIndex:
    case Form::kName:
      example.label = class_of(row.label, row, source);
      return;
    case Form::kNumber:
    case Form::kVector:
      return read_vector(row, source, example);
    case Form::kIndices:
    case Form::kNames:
      return read_classes(row, source, example);
  }
}

}  // namespace trainer::data
