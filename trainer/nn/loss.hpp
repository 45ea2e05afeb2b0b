#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <span>

namespace trainer::nn {

// Sum over the batch of the cross entropy of logits [B,L] (fp32) against class indices; recorded by
// autograd. The caller divides by the number of rows of the whole effective batch.
at::Tensor cross_entropy_sum(const at::Tensor& logits, std::span<const std::int64_t> labels);

}  // namespace trainer::nn
