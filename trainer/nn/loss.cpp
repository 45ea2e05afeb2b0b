#include "nn/loss.hpp"

#include <ATen/core/Reduction.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>

#include <algorithm>

namespace trainer::nn {

at::Tensor cross_entropy_sum(const at::Tensor& logits, std::span<const std::int64_t> labels) {
  at::Tensor target = at::empty({static_cast<std::int64_t>(labels.size())}, at::kLong);
  std::copy(labels.begin(), labels.end(), target.data_ptr<std::int64_t>());
  return at::cross_entropy_loss(logits, target, {}, at::Reduction::Sum);
}

}  // namespace trainer::nn
