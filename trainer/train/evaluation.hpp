#pragma once

#include <cstdint>
#include <vector>

#include "train/confusion.hpp"
#include "train/metrics.hpp"

// What an evaluation finds (evaluate.hpp makes it).
namespace trainer::train {

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
  std::int64_t step = 0;  // that the model had been trained; 0 outside of training
  double loss = 0;        // mean over the rows, by their classes' weights; over all outputs
  Metrics metrics;
  Confusion confusion;                      // of a single label
  std::vector<Confusion> label_confusions;  // of several labels: each there (1) or not (0)
  std::vector<WorstRow> worst;              // highest loss first
  double runtime = 0;                       // seconds
  double samples_per_second = 0;
  double steps_per_second = 0;
};

}  // namespace trainer::train
