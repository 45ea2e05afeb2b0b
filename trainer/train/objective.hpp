#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <span>
#include <string>

#include "data/labels/problem_type.hpp"
#include "data/tokens/packed_batch.hpp"
#include "data/tokens/token_arena.hpp"
#include "models/classifier_config.hpp"
#include "nn/loss.hpp"

// What a model is trained for: the loss of a batch by the problem's type, as transformers' heads
// choose it. B rows, L labels (or outputs).
namespace trainer::train {

struct Objective {
  data::ProblemType problem = data::ProblemType::kSingleLabel;
  nn::CrossEntropy cross_entropy = {};  // of a single label
};

// Sum of the losses of logits [B,L]: cross entropy of a single label, binary cross entropy of
// several, squared error of numbers.
at::Tensor loss_sum(const Objective& objective, const at::Tensor& logits,
                    const data::PackedBatch& batch);
// What loss_sum() of these rows is divided by for their mean: rows, or their classes' weights; of
// several labels and of numbers the rows times L.
double loss_weight(const Objective& objective, const data::TokenArena& arena,
                   std::span<const std::int64_t> rows);

// Every row must have a class of the model, or as many numbers as the model has outputs. Throws
// Error(kInvalidInput); `origin` is where the rows come from.
void check_labels(const data::TokenArena& arena, const models::ClassifierConfig& config,
                  const std::string& origin);

}  // namespace trainer::train
