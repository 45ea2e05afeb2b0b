#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "data/tokens/token_arena.hpp"
#include "models/classifier.hpp"
#include "nn/loss.hpp"
#include "train/confusion.hpp"
#include "train/metrics.hpp"

namespace trainer::train {

// Logits of every sequence of the arena, [rows, classes], in the arena's order. Rows of like length
// are computed together; that changes nothing in the result, for no row sees another.
std::vector<float> predict(const models::Classifier& model, const data::TokenArena& arena,
                           std::int64_t batch_size);

struct EvaluationOptions {
  std::int64_t batch_size = 8;
  nn::CrossEntropy loss = {};  // that of training: smoothed and weighted as it is
  std::size_t worst_rows = 0;  // how many of them to name
};

// A row that the model gets wrong, or right with little confidence.
struct WorstRow {
  std::int64_t row = 0;  // index in the arena
  std::int64_t label = 0;
  std::int64_t predicted = 0;
  double probability = 0;  // of what is predicted
  // -log of the label's probability; of several labels and of numbers the mean over them.
  double loss = 0;
  std::vector<float> targets = {};  // of several labels and of numbers, instead of a label
  std::vector<float> outputs = {};  // their probabilities, or the predicted numbers
};

struct Evaluation {
  double loss = 0;  // mean over the rows, by their classes' weights; over all outputs
  Metrics metrics;
  Confusion confusion;                      // of a single label
  std::vector<Confusion> label_confusions;  // of several labels: each there (1) or not (0)
  std::vector<WorstRow> worst;              // highest loss first
  double runtime = 0;                       // seconds
  double samples_per_second = 0;
  double steps_per_second = 0;
};

// Throws Error(kInvalidInput) when a label is not one of the model's classes.
Evaluation evaluate(const models::Classifier& model, const data::TokenArena& arena,
                    const EvaluationOptions& options);

}  // namespace trainer::train
