#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/labels/labels.hpp"
#include "data/selection/row_choice.hpp"

namespace trainer::data {

// A split and what is to be taken of it.
struct RowPick {
  std::unique_ptr<RowTable> table;
  SplitInstruction instruction;
  Split split = Split::kTrain;
  Selection selection;
  std::string origin;
};

// Takes rows in two passes: the first counts them and looks at the labels, the second reads the
// wanted ones. Class names are those of the whole split, for a selection may miss one.
class SelectedRows : public ExampleBlocks {
 public:
  // Does the first pass. Throws what the readers throw, and for a selection that cannot be made.
  SelectedRows(RowPick pick, const DatasetOptions& options);

  bool next(Block& block) override;
  std::uint64_t count() const override { return choice_.count; }
  const std::vector<std::string>& label_names() const override { return labels_->names(); }
  ProblemType problem_type() const override { return labels_->problem_type(); }
  std::size_t targets() const override { return labels_->targets(); }
  std::vector<std::filesystem::path> files() const override { return pick_.table->files(); }
  const std::string& origin() const noexcept { return pick_.origin; }

 private:
  LabelSurvey survey_labels();
  std::vector<std::int64_t> classes_of_rows() const;
  void choose(const LabelSurvey& survey);
  void place(std::vector<RawRow>& rows, Block& block);

  RowPick pick_;
  std::optional<LabelReader> labels_;
  RowChoice choice_;
  std::vector<bool> wanted_;                                    // by position; empty: all
  std::vector<std::pair<std::int64_t, std::uint64_t>> places_;  // of wanted positions, sorted
  std::unique_ptr<RowSource> source_;
  std::vector<RawRow> rows_;
  std::uint64_t given_ = 0;
};

// All rows of a split, in one pass: for a pick that needs_count() does not hold for. They are in
// memory as they were written before any is taken.
Dataset read_whole(const RowPick& pick, const DatasetOptions& options);

// More text than is ever wanted in memory: of larger data sets a part is taken. Throws above it.
void check_text_bytes(std::uint64_t bytes, const std::string& origin);

}  // namespace trainer::data
