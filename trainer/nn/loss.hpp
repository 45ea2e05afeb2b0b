#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <span>
#include <vector>

// Losses as sums over a batch, recorded by autograd: the caller divides by what the whole effective
// batch weighs, so that accumulation over batches of any sizes gives the mean over all rows. B
// rows, L labels.
namespace trainer::nn {

struct CrossEntropy {
  double label_smoothing = 0.0;           // share of the target spread evenly over all classes
  std::vector<float> class_weights = {};  // [L]; empty: all 1
};

// Sum of the cross entropy of logits [B,L] (fp32) against class indices, each row weighted with its
// class. As torch.nn.functional.cross_entropy(weight, label_smoothing, reduction="sum"); without
// weights its mean is what transformers' LabelSmoother gives.
at::Tensor cross_entropy_sum(const at::Tensor& logits, std::span<const std::int64_t> labels,
                             const CrossEntropy& options = {});
// What these rows weigh: their number, or the sum of their classes' weights.
double cross_entropy_weight(std::span<const std::int64_t> labels, const CrossEntropy& options = {});

// Sum over all B*L elements of the binary cross entropy of logits [B,L] (fp32) against targets in
// [0, 1], row by row; torch's BCEWithLogitsLoss is this over B*L.
at::Tensor binary_cross_entropy_sum(const at::Tensor& logits, std::span<const float> targets);

// Sum over all B*L elements of (logit - target)^2; torch's MSELoss is this over B*L.
at::Tensor squared_error_sum(const at::Tensor& logits, std::span<const float> targets);

}  // namespace trainer::nn
