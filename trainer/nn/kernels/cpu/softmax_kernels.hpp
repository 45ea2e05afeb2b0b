#pragma once

#include <cmath>

#include "nn/kernels/cpu/isa.hpp"

// Softmax of attention scores with its dropout, its backward, and row products: the bodies behind
// RowKernels' entries. Arguments, shapes and formulas are the contract of kernels.hpp. The largest
// score is taken off before exponentials, so scores of any finite size are safe; a row needs at
// least one key. Probabilities and sums are fp32, rounded to T when they are stored.
namespace trainer::nn::cpu::TRAINER_ISA {

inline float row_max(const float* x, std::int64_t n) {
  float best[kLanes];
  for (int l = 0; l < kLanes; ++l) best[l] = x[0];
  std::int64_t c = 0;
  for (; c + kLanes <= n; c += kLanes) {
    for (int l = 0; l < kLanes; ++l) best[l] = x[c + l] > best[l] ? x[c + l] : best[l];
  }
  float out = best[0];
  for (int l = 1; l < kLanes; ++l) out = best[l] > out ? best[l] : out;
  for (; c < n; ++c) out = x[c] > out ? x[c] : out;
  return out;
}

template <class T>
void softmax(const SoftmaxArgs<T>& a) {
  for (std::int64_t r = 0; r < a.rows; ++r) {
    float* x = a.scores + r * a.keys;
    T* p = a.probs + r * a.keys;
    const float top = row_max(x, a.keys) * a.scale;
    const float scale = a.scale;
    const std::int64_t keys = a.keys;
#pragma GCC ivdep
    for (std::int64_t c = 0; c < keys; ++c) x[c] = exp_approx(x[c] * scale - top);
    const float total = lane_sum(keys, [&](std::int64_t c) { return x[c]; });
    a.lse[r] = top + std::log(total);
    const float inverse = 1.0F / total;
    const auto row = a.row_id + static_cast<std::uint32_t>(r) * a.row_stride;
    for_dropout_groups(a.place, row, a.keys,
                       [&](std::int64_t first, std::int64_t n, const float* factors) {
                         if (factors) {
                           for (std::int64_t c = 0; c < n; ++c)
                             store(x[first + c] * (inverse * factors[c]), &p[first + c]);
                         } else {
                           for (std::int64_t c = 0; c < n; ++c)
                             store(x[first + c] * inverse, &p[first + c]);
                         }
                       });
  }
}

template <class T>
void softmax_backward(const SoftmaxBackwardArgs<T>& a) {
  for (std::int64_t r = 0; r < a.rows; ++r) {
    const float* x = a.scores + r * a.keys;
    const float* g = a.d_probs + r * a.keys;
    T* probs = a.probs + r * a.keys;
    T* d_scores = a.d_scores + r * a.keys;
    const float lse = a.lse[r];
    const float delta = a.delta[r];
    const auto row = a.row_id + static_cast<std::uint32_t>(r) * a.row_stride;
    for_dropout_groups(a.place, row, a.keys,
                       [&](std::int64_t first, std::int64_t n, const float* factors) {
                         const float scale = a.scale;
#pragma GCC ivdep
                         for (std::int64_t c = 0; c < n; ++c) {
                           const float p = exp_approx(x[first + c] * scale - lse);
                           const float factor = factors ? factors[c] : 1.0F;
                           const float d = g[first + c] * factor - delta;
                           store(p * factor, &probs[first + c]);
                           store(p * d * scale, &d_scores[first + c]);
                         }
                       });
  }
}

template <class T>
void row_dot(const RowDotArgs<T>& a) {
  for (std::int64_t r = 0; r < a.rows; ++r) {
    const T* x = a.a + r * a.stride_a;
    const T* y = a.b + r * a.stride_b;
    a.out[r] = lane_sum(a.columns, [&](std::int64_t c) { return to_float(x[c]) * to_float(y[c]); });
  }
}

}  // namespace trainer::nn::cpu::TRAINER_ISA
