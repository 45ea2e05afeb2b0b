#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/tokens/token_arena.hpp"
#include "models/classifier.hpp"
#include "nn/loss.hpp"
#include "train/evaluation.hpp"

namespace trainer::train {

// Logits of every sequence of the arena, [rows, classes], in the arena's order. Rows of like length
// are computed together; that changes nothing in the result, for no row sees another.
// Throws Error(kUsage) for batches of no rows, Error(kMemory).
std::vector<float> predict(const models::Classifier& model, const data::TokenArena& arena,
                           std::int64_t batch_size);

struct EvaluationOptions {
  std::int64_t batch_size = 8;
  nn::CrossEntropy loss = {};  // that of training: smoothed and weighted as it is
  std::size_t worst_rows = 0;  // how many of them to name
};

// Loss and metrics of every row of the arena; `step` is left 0, for who trains to fill in. Throws
// what predict() does, and Error(kInvalidInput) when a label is not one of the model's classes.
Evaluation evaluate(const models::Classifier& model, const data::TokenArena& arena,
                    const EvaluationOptions& options);

}  // namespace trainer::train
