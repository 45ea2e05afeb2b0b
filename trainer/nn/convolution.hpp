#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <span>

#include "nn/parameter_set.hpp"

namespace trainer::nn {

// A convolution over a text's tokens, kernel k (odd), zeros around each text.
struct ConvolutionWeights {
  Weight weight;  // [H, H/groups, k]
  Weight bias;    // [H]
  std::int64_t groups = 1;
};

// x [T,H] -> [T,H], each sequence by itself. In fp32 whatever x's type, which the result has again.
// Backward adds to the weights' gradients.
at::Tensor convolve(const at::Tensor& x, std::span<const std::int32_t> cu_seqlens,
                    const ConvolutionWeights& weights);

}  // namespace trainer::nn
