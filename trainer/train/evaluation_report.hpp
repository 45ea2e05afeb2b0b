#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "train/hooks.hpp"

namespace trainer::train {

// What an evaluation is read with: names of the classes, and the rows as they were read (null:
// texts are left out). Both must outlive what uses them.
struct EvaluationNames {
  const std::vector<std::string>& classes;
  const data::Dataset* rows = nullptr;
};

// {"step" (of the model that was evaluated), "loss", metrics…, "classes", "confusion_matrix":
// [label][prediction], "per_class": [{"class", "precision", "recall", "f1", "support"}]}; of
// several labels and of more than Confusion::kMostInMatrix classes without the matrix, of
// regression without both.
nlohmann::ordered_json report_json(const Evaluation& evaluation, const EvaluationNames& names);

// One row of the highest losses: {"row" (from 0), "label", "predicted", "probability" (of what is
// predicted), "loss", "text" (its first bytes), "text_pair" (where there is one)}; of several
// labels and of regression "targets" and "predicted" by the outputs' names.
nlohmann::ordered_json error_json(const WorstRow& row, const EvaluationNames& names);

// OUT/eval_report.json and OUT/eval_errors.jsonl of the newest evaluation (in the end of the model
// that is saved), each whole or as it was before. Trouble with the disk is said once and costs
// nothing else.
class EvaluationReport : public Hook {
 public:
  EvaluationReport(std::filesystem::path directory, EvaluationNames names, Say say);
  void evaluated(const Evaluation& evaluation) override;

 private:
  std::filesystem::path directory_;
  EvaluationNames names_;
  Say say_;
  bool failing_ = false;
};

}  // namespace trainer::train
