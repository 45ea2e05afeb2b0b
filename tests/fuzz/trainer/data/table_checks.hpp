#pragma once

#include <cstdlib>

#include "config/error.hpp"
#include "data/labels/labels.hpp"
#include "data/tables/table_file.hpp"
#include "memory_file.hpp"

// Any bytes as a table: refused with an Error, or rows whose positions and lines ascend, that are
// the same in number without their texts, and whose labels are refused or fit their classes.
namespace trainer::data {

struct Drained {
  std::vector<RawRow> rows;
  LabelSurvey survey;
};

inline Drained drain(RowSource& source) {
  Drained all;
  for (std::vector<RawRow> block; source.next(block);) {
    for (RawRow& row : block) {
      if (row.position != all.rows.size()) std::abort();
      if (row.line == 0 || (!all.rows.empty() && row.line <= all.rows.back().line)) std::abort();
      if (!is_utf8(row.text)) std::abort();
      all.survey.add(row.label);
      all.rows.push_back(std::move(row));
    }
  }
  return all;
}

inline void check_labels(const Drained& all, const RowSource& source,
                         const DatasetOptions& options) {
  const LabelReader labels(all.survey, options, {}, "fuzz");
  for (const RawRow& row : all.rows) {
    Example example;
    labels.read(row, source, example);
    if (labels.problem_type() == ProblemType::kSingleLabel) {
      if (example.label < 0) std::abort();
    } else if (example.targets.size() != labels.targets()) {
      std::abort();
    }
  }
}

inline void check_table(std::span<const std::uint8_t> bytes, FileKind kind) {
  static MemoryFile file;
  if (bytes.empty()) return;
  const std::uint8_t how = bytes[0];
  file.replace(bytes.subspan(1));
  DatasetOptions options;
  if ((how & 1U) != 0) options.label_columns = {"label", "other"};
  TableFiles files{.paths = {file.path()},
                   .kind = kind,
                   .delimiter = (how & 2U) != 0 ? ';' : ',',
                   .columns = {.text = "text",
                               .text_pair = (how & 4U) != 0 ? "pair" : "",
                               .labels = options.label_columns},
                   .label_names = {}};
  try {
    const auto table = open_tables(std::move(files));
    const auto source = table->open({.pass = Pass::kAll});
    const Drained all = drain(*source);
    const auto labels_only = table->open({.pass = Pass::kLabels});
    if (drain(*labels_only).rows.size() != all.rows.size()) std::abort();
    check_labels(all, *source, options);
  } catch (const Error&) {
  }
}

}  // namespace trainer::data
