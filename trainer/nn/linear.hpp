#pragma once

#include <ATen/core/TensorBody.h>

#include <optional>

#include "nn/parameter_set.hpp"

namespace trainer::nn {

struct LinearWeights {
  Weight weight;               // [out,in]
  std::optional<Weight> bias;  // [out]
  std::int64_t groups = 1;  // above 1, weight is [out,in/groups]: out's share g reads in's share g
};

// x [T,in] -> x weight^T + bias [T,out], in x's type (fp32, or bf16 with fp32 accumulation).
// Backward adds the gradients of weight and bias, summed in fp32, to their buffers.
at::Tensor linear(const at::Tensor& x, const LinearWeights& weights);

}  // namespace trainer::nn
