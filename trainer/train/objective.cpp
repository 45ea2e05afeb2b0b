#include "train/objective.hpp"

#include <vector>

#include "config/error.hpp"

namespace trainer::train {

using data::ProblemType;

at::Tensor loss_sum(const Objective& objective, const at::Tensor& logits,
                    const data::PackedBatch& batch) {
  switch (objective.problem) {
    case ProblemType::kMultiLabel:
      return nn::binary_cross_entropy_sum(logits, batch.targets);
    case ProblemType::kRegression:
      return nn::squared_error_sum(logits, batch.targets);
    case ProblemType::kSingleLabel:
      break;
  }
  return nn::cross_entropy_sum(logits, batch.labels, objective.cross_entropy);
}

double loss_weight(const Objective& objective, const data::TokenArena& arena,
                   std::span<const std::int64_t> rows) {
  if (objective.problem != ProblemType::kSingleLabel)
    return static_cast<double>(rows.size() * arena.targets_per_row());
  std::vector<std::int64_t> labels;
  labels.reserve(rows.size());
  for (const std::int64_t row : rows) labels.push_back(arena.labels[static_cast<std::size_t>(row)]);
  return nn::cross_entropy_weight(labels, objective.cross_entropy);
}

void check_labels(const data::TokenArena& arena, const models::ClassifierConfig& config,
                  const std::string& origin) {
  const std::size_t outputs = config.labels.size();
  if (config.problem() != ProblemType::kSingleLabel) {
    if (arena.targets.size() == arena.size() * outputs) return;
    throw Error(ErrorCode::kInvalidInput,
                origin + ": each row has " + std::to_string(arena.targets_per_row()) +
                    " numbers for labels but the model has " + std::to_string(outputs) +
                    " outputs (" + std::string(data::name_of(config.problem())) + ")");
  }
  const auto classes = static_cast<std::int64_t>(outputs);
  for (std::size_t i = 0; i < arena.labels.size(); ++i) {
    if (arena.labels[i] >= 0 && arena.labels[i] < classes) continue;
    throw Error(ErrorCode::kInvalidInput,
                origin + ": row " + std::to_string(i) + " (from 0) has label " +
                    std::to_string(arena.labels[i]) + " but the model has " +
                    std::to_string(classes) + " classes (0 to " + std::to_string(classes - 1) +
                    ")");
  }
}

}  // namespace trainer::train
