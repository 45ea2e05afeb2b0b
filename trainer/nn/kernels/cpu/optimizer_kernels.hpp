#pragma once

#include <cmath>

#include "nn/kernels/cpu/isa.hpp"

// The passes over flat fp32 buffers: the optimizers, the sum of squares behind the gradients' norm,
// and rounding to bf16. Arguments and formulas are the contract of kernels.hpp and optimizers.hpp.
// Optimizers and rounding work each element alone; where threads split the range shows only in the
// last digits of sum_of_squares and adafactor_squares.
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

// Calls step(i) for each element of the range, which writes parameter i, then clears its gradient
// and rounds it into the shadow.
template <class Step>
inline void update_each(const UpdateTarget& to, RowRange range, Step&& step) {
  if (to.shadow) {
#pragma GCC ivdep
    for (std::int64_t i = range.begin; i < range.end; ++i) {
      step(i);
      to.gradient[i] = 0.0F;
      store(to.parameter[i], to.shadow + i);
    }
  } else {
#pragma GCC ivdep
    for (std::int64_t i = range.begin; i < range.end; ++i) {
      step(i);
      to.gradient[i] = 0.0F;
    }
  }
}

inline void sgd(const SgdArgs& args, RowRange range) {
  const SgdArgs a = args;  // a copy: no store can change it
  const auto gradient = [&a](std::int64_t i) {
    return a.to.gradient[i] * a.to.gradient_scale + a.to.weight_decay * a.to.parameter[i];
  };
  if (!a.buffer) {
    update_each(a.to, range, [&](std::int64_t i) { a.to.parameter[i] -= a.to.lr * gradient(i); });
    return;
  }
  const float kept = a.first ? 0.0F : a.momentum;
  const float added = a.first ? 1.0F : 1.0F - a.dampening;
  const float ahead = a.nesterov ? 1.0F : 0.0F;
  const float of_buffer = a.nesterov ? a.momentum : 1.0F;
  update_each(a.to, range, [&](std::int64_t i) {
    const float g = gradient(i);
    const float buffer = kept * a.buffer[i] + added * g;
    a.buffer[i] = buffer;
    a.to.parameter[i] -= a.to.lr * (ahead * g + of_buffer * buffer);
  });
}

inline void lion(const LionArgs& args, RowRange range) {
  const LionArgs a = args;
  const float keep = 1.0F - a.to.lr * a.to.weight_decay;
  update_each(a.to, range, [&](std::int64_t i) {
    const float g = a.to.gradient[i] * a.to.gradient_scale;
    const float direction = a.m[i] * a.beta1 + (1.0F - a.beta1) * g;
    const float sign = direction > 0.0F ? 1.0F : direction < 0.0F ? -1.0F : 0.0F;
    a.to.parameter[i] = a.to.parameter[i] * keep - a.to.lr * sign;
    a.m[i] = a.m[i] * a.beta2 + (1.0F - a.beta2) * g;
  });
}

inline void row_squares(const float* x, std::int64_t columns, RowRange rows, float* sums) {
  for (std::int64_t r = rows.begin; r < rows.end; ++r) {
    const float* row = x + r * columns;
    sums[r] = lane_sum(columns, [row](std::int64_t c) { return row[c] * row[c]; });
  }
}

// Blocks of rows are summed in float, blocks in double: a vocabulary of 250,000 rows keeps its
// digits.
inline void column_squares(const float* x, std::int64_t rows, std::int64_t columns, RowRange range,
                           float* sums) {
  constexpr std::int64_t kWidth = 64;
  constexpr std::int64_t kBlock = 256;
  for (std::int64_t c = range.begin; c < range.end; c += kWidth) {
    const std::int64_t width = c + kWidth < range.end ? kWidth : range.end - c;
    double total[kWidth] = {};
    for (std::int64_t begin = 0; begin < rows; begin += kBlock) {
      const std::int64_t end = begin + kBlock < rows ? begin + kBlock : rows;
      float part[kWidth] = {};
      for (std::int64_t r = begin; r < end; ++r) {
        const float* row = x + r * columns + c;
        for (std::int64_t k = 0; k < width; ++k) part[k] += row[k] * row[k];
      }
      for (std::int64_t k = 0; k < width; ++k) total[k] += static_cast<double>(part[k]);
    }
    for (std::int64_t k = 0; k < width; ++k) sums[c + k] = static_cast<float>(total[k]);
  }
}

inline double adafactor_squares(const AdafactorArgs& a, RowRange rows) {
  double total = 0.0;
  for (std::int64_t r = rows.begin; r < rows.end; ++r) {
    const float* g = a.to.gradient + r * a.columns;
    const float of_row = a.row_factor[r] * a.to.gradient_scale;
    total += static_cast<double>(lane_sum(a.columns, [&](std::int64_t c) {
      const float update = g[c] * of_row * a.column_factor[c];
      return update * update;
    }));
  }
  return total;
}

inline void adafactor(const AdafactorArgs& args, RowRange rows) {
  const AdafactorArgs a = args;
  const float decay = a.to.lr * a.to.weight_decay;
  for (std::int64_t r = rows.begin; r < rows.end; ++r) {
    const float of_row = a.row_factor[r] * a.to.gradient_scale * a.step;
    const std::int64_t at = r * a.columns;
    update_each(a.to, {at, at + a.columns}, [&](std::int64_t i) {
      const float update = a.to.gradient[i] * of_row * a.column_factor[i - at];
      a.to.parameter[i] -= decay * a.to.parameter[i] + update;
    });
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
