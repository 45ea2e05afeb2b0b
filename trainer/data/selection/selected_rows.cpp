#include "data/selection/selected_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace trainer::data {

SelectedRows::SelectedRows(RowPick pick, const DatasetOptions& options) : pick_(std::move(pick)) {
  const LabelSurvey survey = survey_labels();
  labels_.emplace(survey, options, pick_.table->label_names(), pick_.origin);
  choose(survey);
  source_ = pick_.table->open({.pass = Pass::kAll, .wanted = choice_.all ? nullptr : &wanted_});
}

LabelSurvey SelectedRows::survey_labels() {
  LabelSurvey survey;
  const std::unique_ptr<RowSource> source = pick_.table->open({.pass = Pass::kLabels});
  while (source->next(rows_)) {
    for (const RawRow& row : rows_) survey.add(row.label);
  }
  if (survey.rows() == 0) throw Error(ErrorCode::kInvalidInput, pick_.origin + ": has no rows");
  return survey;
}

// The class of every row of the split; memory for a number a row.
std::vector<std::int64_t> SelectedRows::classes_of_rows() const {
  if (labels_->problem_type() != ProblemType::kSingleLabel) {
    throw Error(ErrorCode::kUnsupported,
                fmt::format("--stratify: {} has no classes, it is of the problem type {}",
                            pick_.origin, name_of(labels_->problem_type())));
  }
  std::vector<std::int64_t> classes;
  std::vector<RawRow> rows;
  const std::unique_ptr<RowSource> source = pick_.table->open({.pass = Pass::kLabels});
  while (source->next(rows)) {
    for (const RawRow& row : rows) {
      Example example;
      labels_->read(row, *source, example);
      classes.push_back(example.label);
    }
  }
  return classes;
}

void SelectedRows::choose(const LabelSurvey& survey) {
  std::vector<std::int64_t> classes;
  if (pick_.selection.test_size && pick_.selection.stratify) classes = classes_of_rows();
  choice_ = choose_rows(survey.rows(), pick_.instruction, pick_.split, pick_.selection, classes,
                        pick_.origin);
  if (choice_.all) return;
  wanted_.resize(survey.rows(), false);
  places_.reserve(choice_.rows.size());
  for (std::size_t i = 0; i < choice_.rows.size(); ++i) {
    wanted_[static_cast<std::size_t>(choice_.rows[i])] = true;
    places_.emplace_back(choice_.rows[i], i);
  }
  choice_.rows = {};
  std::ranges::sort(places_);
}

bool SelectedRows::next(Block& block) {
  block.rows.clear();
  block.places.clear();
  while (block.rows.empty()) {
    if (given_ == choice_.count) return false;
    if (!source_->next(rows_)) {
      throw Error(ErrorCode::kInvalidInput, pick_.origin + ": was changed while it was read");
    }
    place(rows_, block);
  }
  return true;
}

void SelectedRows::place(std::vector<RawRow>& rows, Block& block) {
  for (RawRow& row : rows) {
    std::uint64_t at = row.position;
    if (!choice_.all) {
      const auto found =
          std::ranges::lower_bound(places_, static_cast<std::int64_t>(row.position), {},
                                   &std::pair<std::int64_t, std::uint64_t>::first);
      if (found == places_.end() || found->first != static_cast<std::int64_t>(row.position))
        continue;
      at = found->second;
    }
    if (at >= choice_.count) {
      throw Error(ErrorCode::kInvalidInput, pick_.origin + ": was changed while it was read");
    }
    Example& example = block.rows.emplace_back();
    labels_->read(row, *source_, example);
    example.text = std::move(row.text);
    example.text_pair = std::move(row.text_pair);
    block.places.push_back(at);
    ++given_;
  }
}

Dataset read_whole(const RowPick& pick, const DatasetOptions& options) {
  LabelSurvey survey;
  std::vector<std::vector<RawRow>> blocks;
  const std::unique_ptr<RowSource> source = pick.table->open({.pass = Pass::kAll});
  std::uint64_t bytes = 0;
  for (std::vector<RawRow> block; source->next(block);) {
    for (const RawRow& row : block) {
      survey.add(row.label);
      bytes += row.text.size() + (row.text_pair ? row.text_pair->size() : 0);
    }
    check_text_bytes(bytes, pick.origin);
    blocks.push_back(std::move(block));
  }
  if (survey.rows() == 0) throw Error(ErrorCode::kInvalidInput, pick.origin + ": has no rows");
  const LabelReader labels(survey, options, pick.table->label_names(), pick.origin);
  Dataset dataset{.rows = std::vector<Example>(survey.rows()),
                  .label_names = labels.names(),
                  .problem_type = labels.problem_type(),
                  .targets = labels.targets(),
                  .origin = pick.origin,
                  .fingerprint = {},
                  .files = pick.table->files()};
  for (std::vector<RawRow>& block : blocks) {
    for (RawRow& row : block) {
      Example& example = dataset.rows.at(row.position);
      labels.read(row, *source, example);
      example.text = std::move(row.text);
      example.text_pair = std::move(row.text_pair);
    }
    block = {};
  }
  return dataset;
}

void check_text_bytes(std::uint64_t bytes, const std::string& origin) {
  constexpr std::uint64_t kMost = 8ULL << 30U;
  if (bytes <= kMost) return;
  throw Error(ErrorCode::kInvalidInput,
              fmt::format("{}: the rows hold more than 8 GiB of text: take a part of them "
                          "(--train-samples, or a split such as train[:10%])",
                          origin));
}

}  // namespace trainer::data
