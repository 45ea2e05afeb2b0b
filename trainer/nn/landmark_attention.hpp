#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <span>

#include "nn/transformer_config.hpp"

// Nystroemformer's attention (Xiong et al., 2021): softmax(q kl^T) pinv(softmax(ql kl^T))
// softmax(ql k^T) v, where ql and kl are the means of a text's segments, and the inverse is six
// steps of an iteration. Padded tokens are part of the segments by definition; only the last factor
// leaves them out. B texts of P = LandmarkConfig::length tokens each, N heads, D head size.
//
// transformers starts the iteration from the largest column sum of all texts of a batch; here each
// text starts from its own, as a batch of one does, so that a text's numbers are its own.
namespace trainer::nn {

struct LandmarkShape {
  std::int64_t heads = 0;
  std::int64_t head_size = 0;
  std::span<const std::int32_t> lengths;  // [B] a text's tokens before padding
};

// qkv [B*P, 3*N*D] -> [B*P, N*D], in fp32 whatever qkv's type, which the result has again.
at::Tensor landmark_attention(const at::Tensor& qkv, const LandmarkConfig& config,
                              const LandmarkShape& shape);

}  // namespace trainer::nn
