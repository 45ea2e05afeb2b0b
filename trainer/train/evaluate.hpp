#pragma once

#include <cstdint>
#include <vector>

#include "data/token_arena.hpp"
#include "models/classifier.hpp"
#include "train/metrics.hpp"

namespace trainer::train {

// Logits of every sequence of the arena, [rows, classes], in the arena's order. Rows of like length
// are computed together; that changes nothing in the result, for no row sees another.
std::vector<float> predict(const models::Classifier& model, const data::TokenArena& arena,
                           std::int64_t batch_size);

struct Evaluation {
  double loss = 0;  // mean cross entropy
  Metrics metrics;
  double runtime = 0;  // seconds
  double samples_per_second = 0;
  double steps_per_second = 0;
};

// Throws Error(kInvalidInput) when a label is not one of the model's classes.
Evaluation evaluate(const models::Classifier& model, const data::TokenArena& arena,
                    std::int64_t batch_size);

// Every label must be a class of the model; `origin` is where the rows come from, for the message.
void check_labels(const std::vector<std::int64_t>& labels, std::int64_t classes,
                  const std::string& origin);

}  // namespace trainer::train
