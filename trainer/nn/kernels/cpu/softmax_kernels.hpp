#pragma once

#include <cmath>

#include "nn/kernels/cpu/isa.hpp"

// Attention scores from products (scale, cap, bias), their softmax with its dropout, its backward,
// and row products: the bodies behind
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

// The columns that row r sees.
inline RowRange visible_columns(const KeyRange& visible, std::int64_t r, std::int64_t keys) {
  const std::int64_t begin = r + visible.begin > 0 ? r + visible.begin : 0;
  const std::int64_t end = r + visible.end < keys ? r + visible.end : keys;
  return {begin, end};
}

template <class T>
inline void clear(T* x, std::int64_t begin, std::int64_t end) {
  for (std::int64_t c = begin; c < end; ++c) store(0.0F, &x[c]);
}

template <class T>
void softmax(const SoftmaxArgs<T>& a) {
  for (std::int64_t r = 0; r < a.rows; ++r) {
    const RowRange seen = visible_columns(a.visible, r, a.keys);
    float* x = a.scores + r * a.keys + seen.begin;
    T* p = a.probs + r * a.keys;
    const std::int64_t keys = seen.end - seen.begin;
    const float top = row_max(x, keys) * a.scale;
    const float scale = a.scale;
#pragma GCC ivdep
    for (std::int64_t c = 0; c < keys; ++c) x[c] = exp_approx(x[c] * scale - top);
    const float total = lane_sum(keys, [&](std::int64_t c) { return x[c]; });
    a.lse[r] = top + std::log(total);
    const float inverse = 1.0F / total;
    const auto row = a.row_id + static_cast<std::uint32_t>(r) * a.row_stride;
    clear(a.scores + r * a.keys, 0, seen.begin);
    clear(a.scores + r * a.keys, seen.end, a.keys);
    const float* whole = a.scores + r * a.keys;
    for_dropout_groups(
        a.place, row, a.keys,
        [&](std::int64_t first, std::int64_t n, const float* factors) {
          if (factors) {
            for (std::int64_t c = 0; c < n; ++c)
              store(whole[first + c] * (inverse * factors[c]), &p[first + c]);
          } else {
            for (std::int64_t c = 0; c < n; ++c) store(whole[first + c] * inverse, &p[first + c]);
          }
        },
        a.first_column / kDropoutGroup);
  }
}

// One stretch of one row. `derivative` and `d_bias` are null when there is none.
template <class T>
inline void softmax_backward_part(const SoftmaxBackwardArgs<T>& a, std::int64_t r, RowRange columns,
                                  const float* factors) {
  const float* x = a.scores + r * a.keys;
  const float* g = a.d_probs + r * a.keys;
  T* probs = a.probs + r * a.keys;
  T* d_scores = a.d_scores + r * a.keys;
  const float lse = a.lse[r];
  const float delta = a.delta[r];
  const float scale = a.scale;
  const std::int64_t first = columns.begin;
  const std::int64_t n = columns.end - columns.begin;
  if (!a.derivative && !a.d_bias) {
#pragma GCC ivdep
    for (std::int64_t c = 0; c < n; ++c) {
      const float p = exp_approx(x[first + c] * scale - lse);
      const float factor = factors ? factors[c] : 1.0F;
      const float d = g[first + c] * factor - delta;
      store(p * factor, &probs[first + c]);
      store(p * d * scale, &d_scores[first + c]);
    }
    return;
  }
  const float* derivative = a.derivative ? a.derivative + r * a.keys : nullptr;
  float* d_bias = a.d_bias ? a.d_bias + r * a.bias_step : nullptr;
#pragma GCC ivdep
  for (std::int64_t c = 0; c < n; ++c) {
    const float p = exp_approx(x[first + c] * scale - lse);
    const float factor = factors ? factors[c] : 1.0F;
    const float d = p * (g[first + c] * factor - delta);
    store(p * factor, &probs[first + c]);
    if (d_bias) d_bias[first + c] += d;
    store(d * scale * (derivative ? derivative[first + c] : 1.0F), &d_scores[first + c]);
  }
}

template <class T>
void softmax_backward(const SoftmaxBackwardArgs<T>& a) {
  for (std::int64_t r = 0; r < a.rows; ++r) {
    const RowRange seen = visible_columns(a.visible, r, a.keys);
    const auto row = a.row_id + static_cast<std::uint32_t>(r) * a.row_stride;
    for_dropout_groups(
        a.place, row, a.keys,
        [&](std::int64_t first, std::int64_t n, const float* factors) {
          const std::int64_t begin = seen.begin > first ? seen.begin : first;
          const std::int64_t end = seen.end < first + n ? seen.end : first + n;
          if (begin < end) {
            softmax_backward_part(a, r, {begin, end},
                                  factors ? factors + (begin - first) : nullptr);
          }
        },
        a.first_column / kDropoutGroup);
    clear(a.probs + r * a.keys, 0, seen.begin);
    clear(a.probs + r * a.keys, seen.end, a.keys);
    clear(a.d_scores + r * a.keys, 0, seen.begin);
    clear(a.d_scores + r * a.keys, seen.end, a.keys);
  }
}

inline void prepare_scores(const ScoreArgs& a) {
  for (std::int64_t r = 0; r < a.rows; ++r) {
    float* x = a.scores + r * a.keys;
    if (a.cap > 0.0F) {
      float* derivative = a.derivative ? a.derivative + r * a.keys : nullptr;
      for (std::int64_t c = 0; c < a.keys; ++c) {
        const float t = std::tanh(x[c] * a.scale / a.cap);
        x[c] = t * a.cap;
        if (derivative) derivative[c] = (1.0F - t * t) * a.scale;
      }
    } else {
      for (std::int64_t c = 0; c < a.keys; ++c) x[c] *= a.scale;
      if (a.derivative) {
        float* derivative = a.derivative + r * a.keys;
        for (std::int64_t c = 0; c < a.keys; ++c) derivative[c] = a.scale;
      }
    }
    if (a.bias) {
      const float* bias = a.bias + r * a.bias_step;
      for (std::int64_t c = 0; c < a.keys; ++c) x[c] += bias[c];
    }
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
