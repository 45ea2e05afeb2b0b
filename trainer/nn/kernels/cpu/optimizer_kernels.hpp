#pragma once

#include <cmath>

#include "nn/kernels/cpu/isa.hpp"

// The passes over flat fp32 buffers: AdamW, the sum of squares behind the gradients' norm, and
// rounding to bf16. Arguments and formula are the contract of kernels.hpp; a range counts elements.
// AdamW and rounding work each element alone; where threads split the range shows only in the last
// digits of sum_of_squares.
namespace trainer::nn::cpu::TRAINER_ISA {

inline void adamw_element(const AdamWArgs& a, float* __restrict p, float* __restrict g,
                          float* __restrict m, float* __restrict v) {
  const float grad = *g * a.gradient_scale;
  const float mean = *m + (grad - *m) * (1.0F - a.beta1);
  const float square = *v * a.beta2 + grad * grad * (1.0F - a.beta2);
  const float denominator = std::sqrt(square) / a.bias2_sqrt + a.eps;
  *p = *p * (1.0F - a.lr * a.weight_decay) - (a.lr / a.bias1) * (mean / denominator);
  *m = mean;
  *v = square;
  *g = 0.0F;
}

inline void adamw(const AdamWArgs& a, RowRange range) {
  if (a.shadow) {
#pragma GCC ivdep
    for (std::int64_t i = range.begin; i < range.end; ++i) {
      adamw_element(a, a.parameter + i, a.gradient + i, a.m + i, a.v + i);
      store(a.parameter[i], a.shadow + i);
    }
  } else {
#pragma GCC ivdep
    for (std::int64_t i = range.begin; i < range.end; ++i) {
      adamw_element(a, a.parameter + i, a.gradient + i, a.m + i, a.v + i);
    }
  }
}

// In blocks of floats, summed in double: the norm of 100 million gradients keeps its digits.
inline double sum_of_squares(const float* x, RowRange range) {
  double total = 0.0;
  constexpr std::int64_t kBlock = 1024;
  for (std::int64_t i = range.begin; i < range.end; i += kBlock) {
    const std::int64_t end = i + kBlock < range.end ? i + kBlock : range.end;
    total +=
        static_cast<double>(lane_sum(end - i, [&](std::int64_t k) { return x[i + k] * x[i + k]; }));
  }
  return total;
}

inline void to_bf16(const float* from, Bf16* to, RowRange range) {
  for (std::int64_t i = range.begin; i < range.end; ++i) store(from[i], to + i);
}

}  // namespace trainer::nn::cpu::TRAINER_ISA
