#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "data/dataset.hpp"
#include "data/tables/row_source.hpp"

// From labels as they are written to class indices, targets of several labels, and numbers.
namespace trainer::data {

// What the labels of a split look like, gathered row by row in memory that does not grow with the
// rows (it does with the distinct values, of which 100,000 are kept).
class LabelSurvey {
 public:
  void add(const Cell& cell);

  std::uint64_t rows() const noexcept { return rows_; }
  // Kinds that were seen, of list labels those of the items.
  bool has_lists() const noexcept { return lists_ > 0; }
  bool only_lists() const noexcept { return lists_ == rows_; }
  bool has_reals() const noexcept { return reals_; }
  bool has_texts() const noexcept { return texts_; }
  // All lists are of this length; nullopt when they differ.
  std::optional<std::size_t> list_length() const noexcept;
  // Whether all integers are 0 or 1.
  bool is_binary() const noexcept { return binary_; }
  // Distinct values as names, sorted by their bytes. Throws when there are too many of them.
  std::vector<std::string> names(const std::string& origin) const;

 private:
  void add_value(const Cell& cell);

  std::uint64_t rows_ = 0;
  std::uint64_t lists_ = 0;
  std::size_t shortest_ = std::numeric_limits<std::size_t>::max();
  std::size_t longest_ = 0;
  bool integers_ = false;
  bool reals_ = false;
  bool texts_ = false;
  bool binary_ = true;
  bool too_many_ = false;
  std::unordered_set<std::string> names_;
  std::unordered_set<std::int64_t> numbers_;
  std::string last_name_;
  std::optional<std::int64_t> last_number_;
};

// Reads labels for the problem at hand. Immutable.
class LabelReader {
 public:
  // Decides the problem, unless the options name it, as transformers does (docs/data.md, Labels),
  // and the names of the classes: the options', else the source's, else the survey's. `origin` is
  // for messages.
  LabelReader(const LabelSurvey& survey, const DatasetOptions& options,
              const std::vector<std::string>& source_names, const std::string& origin);

  ProblemType problem_type() const noexcept { return problem_; }
  const std::vector<std::string>& names() const noexcept { return names_; }
  // Numbers a row is to have: of several labels their count, of regression mostly 1.
  std::size_t targets() const noexcept { return targets_; }

  // Fills label or targets of `example`. `source` and `row` tell where an error is.
  void read(const RawRow& row, const RowSource& source, Example& example) const;

 private:
  enum class Form {
    kIndex,    // an integer
    kName,     // a name, or a number that is one
    kNumber,   // a number to be predicted, or a list of them
    kVector,   // a list of one number for each class
    kIndices,  // a list of classes, as integers
    kNames,    // a list of classes, as names
  };

  void choose_problem(const LabelSurvey& survey, const DatasetOptions& options);
  Form form_of_single(const LabelSurvey& survey, const std::string& origin) const;
  Form form_of_several(const LabelSurvey& survey, const DatasetOptions& options) const;
  void choose_names(const LabelSurvey& survey, const DatasetOptions& options,
                    const std::vector<std::string>& source_names, const std::string& origin);
  void choose_targets(const LabelSurvey& survey, const std::string& origin);

  std::int64_t class_of(const Cell& cell, const RawRow& row, const RowSource& source) const;
  float number_of(const Cell& cell, const RawRow& row, const RowSource& source) const;
  void read_vector(const RawRow& row, const RowSource& source, Example& example) const;
  void read_classes(const RawRow& row, const RowSource& source, Example& example) const;

  ProblemType problem_ = ProblemType::kSingleLabel;
  Form form_ = Form::kIndex;
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::int64_t> index_;  // of each name, where labels are names
  std::optional<std::int64_t> label_count_;
  std::size_t targets_ = 1;
};

}  // namespace trainer::data
