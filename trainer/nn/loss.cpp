#include "nn/loss.hpp"

#include <ATen/core/Reduction.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mse_loss.h>

#include <algorithm>
#include <optional>

namespace trainer::nn {
namespace {

at::Tensor tensor_of(std::span<const float> values, at::IntArrayRef shape) {
  at::Tensor out = at::empty(shape, at::kFloat);
  std::copy(values.begin(), values.end(), out.data_ptr<float>());
  return out;
}

}  // namespace

at::Tensor cross_entropy_sum(const at::Tensor& logits, std::span<const std::int64_t> labels,
                             const CrossEntropy& options) {
  at::Tensor target = at::empty({static_cast<std::int64_t>(labels.size())}, at::kLong);
  std::copy(labels.begin(), labels.end(), target.data_ptr<std::int64_t>());
  std::optional<at::Tensor> weights;
  if (!options.class_weights.empty())
    weights =
        tensor_of(options.class_weights, {static_cast<std::int64_t>(options.class_weights.size())});
  return at::cross_entropy_loss(logits, target, weights, at::Reduction::Sum, -100,
                                options.label_smoothing);
}

double cross_entropy_weight(std::span<const std::int64_t> labels, const CrossEntropy& options) {
  if (options.class_weights.empty()) return static_cast<double>(labels.size());
  double total = 0;
  for (const std::int64_t label : labels)
    total += static_cast<double>(options.class_weights[static_cast<std::size_t>(label)]);
  return total;
}

at::Tensor binary_cross_entropy_sum(const at::Tensor& logits, std::span<const float> targets) {
  return at::binary_cross_entropy_with_logits(logits, tensor_of(targets, logits.sizes()), {}, {},
                                              at::Reduction::Sum);
}

at::Tensor squared_error_sum(const at::Tensor& logits, std::span<const float> targets) {
  return at::mse_loss(logits, tensor_of(targets, logits.sizes()), at::Reduction::Sum);
}

}  // namespace trainer::nn
