#pragma once

#include <ATen/core/TensorBody.h>

#include <optional>
#include <vector>

#include "nn/low_rank.hpp"
#include "nn/parameter_set.hpp"

namespace trainer::nn {

struct LinearWeights {
  Weight weight;               // [out,in]
  std::optional<Weight> bias;  // [out]
  std::int64_t groups = 1;  // above 1, weight is [out,in/groups]: out's share g reads in's share g
  std::vector<LowRank> low_rank = {};  // not beside groups
};

// x [T,in] -> x weight^T + bias [T,out], in x's type (fp32, or bf16 with fp32 accumulation), with
// its low-rank additions. Backward adds the gradients of what is trained, summed in fp32, to their
// buffers.
at::Tensor linear(const at::Tensor& x, const LinearWeights& weights);

}  // namespace trainer::nn
