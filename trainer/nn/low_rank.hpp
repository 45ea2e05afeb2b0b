#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <string>
#include <vector>

#include "nn/parameter_set.hpp"
#include "nn/pass.hpp"

// Low-rank additions to products (LoRA): out += scale * dropout(x) A^T B^T. T tokens in the pack, r
// the rank.
namespace trainer::nn {

// One addition, to some neighbouring columns of a product's result.
struct LowRank {
  Weight a;                // [r,in]
  Weight b;                // [n,r]
  std::int64_t begin = 0;  // the first of the n columns
  double scale = 1.0;
  double dropout = 0.0;
};

// What backward needs of one addition, beside x.
struct LowRankPass {
  at::Tensor inner;         // scale * dropout(x) A^T, [T,r]
  cpu::DropoutPlace place;  // of the dropout
};

// The additions of modules whose products are one, in the columns that each has there. Neighbours
// that share A are one addition.
std::vector<LowRank> low_rank_of(const ParameterSet& set, const std::vector<std::string>& modules);

// Adds to out [T,columns], in place. Dropout is drawn from the running pass (nn/pass.hpp); throws
// Error(kInternal) when there is none and something is to be dropped.
LowRankPass add_low_rank(const at::Tensor& x, const LowRank& addition, at::Tensor& out);

// g [T,columns] is out's gradient: adds those of A and B to their buffers, and that of x to d_x
// [T,in], if that is defined.
void low_rank_backward(const at::Tensor& g, const at::Tensor& x, const LowRank& addition,
                       const LowRankPass& pass, at::Tensor& d_x);

}  // namespace trainer::nn
