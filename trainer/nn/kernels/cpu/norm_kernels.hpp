#pragma once

#include <cmath>

#include "nn/kernels/cpu/isa.hpp"

// Dropout, residual sum with LayerNorm or RMSNorm (forward and backward) and column sums: the
// bodies behind RowKernels' entries. Arguments, shapes and formulas are the contract of
// kernels.hpp. Reads go through to_float(), so T is float or Bf16; all sums are fp32, in
// lane_sum()'s order. A row is finished before the next one begins, so that buffers which the
// contract lets be the same may be. Ranges of two threads must not overlap; d_gamma, d_beta and
// sums are each thread's own.
namespace trainer::nn::cpu::TRAINER_ISA {

template <class T>
void dropout(const DropoutArgs<T>& a, RowRange rows) {
  for (std::int64_t r = rows.begin; r < rows.end; ++r) {
    const T* x = a.x + r * a.columns;
    T* y = a.y + r * a.columns;
    for_dropout_groups(a.place, static_cast<std::uint32_t>(r), a.columns,
                       [&](std::int64_t first, std::int64_t n, const float* factors) {
                         for (std::int64_t c = 0; c < n; ++c) {
                           store(to_float(x[first + c]) * (factors ? factors[c] : 1.0F),
                                 &y[first + c]);
                         }
                       });
  }
}

// sum = residual + dropout(x) for one row; the residual and the dropout are each optional.
template <class T>
inline void add_row(const AddNormArgs<T>& a, std::int64_t r, T* sum) {
  const T* x = a.x + r * a.columns;
  const T* residual = a.residual ? a.residual + r * a.columns : nullptr;
  for_dropout_groups(a.place, static_cast<std::uint32_t>(r), a.columns,
                     [&](std::int64_t first, std::int64_t n, const float* factors) {
                       if (factors && residual) {
                         for (std::int64_t c = 0; c < n; ++c) {
                           store(
                               to_float(x[first + c]) * factors[c] + to_float(residual[first + c]),
                               &sum[first + c]);
                         }
                       } else {
                         for (std::int64_t c = 0; c < n; ++c) {
                           store(to_float(x[first + c]) * (factors ? factors[c] : 1.0F) +
                                     (residual ? to_float(residual[first + c]) : 0.0F),
                                 &sum[first + c]);
                         }
                       }
                     });
}

template <class T>
void add_norm(const AddNormArgs<T>& a, RowRange rows) {
  const float inverse = 1.0F / static_cast<float>(a.columns);
  for (std::int64_t r = rows.begin; r < rows.end; ++r) {
    T* sum = a.sum + r * a.columns;
    T* y = a.y + r * a.columns;
    add_row(a, r, sum);
    const float mean =
        lane_sum(a.columns, [&](std::int64_t c) { return to_float(sum[c]); }) * inverse;
    const float squares = lane_sum(a.columns, [&](std::int64_t c) {
      const float d = to_float(sum[c]) - mean;
      return d * d;
    });
    const float rstd = 1.0F / std::sqrt(squares * inverse + a.eps);
    if (a.beta) {
      for (std::int64_t c = 0; c < a.columns; ++c) {
        store((to_float(sum[c]) - mean) * rstd * a.gamma[c] + a.beta[c], &y[c]);
      }
    } else {
      for (std::int64_t c = 0; c < a.columns; ++c) {
        store((to_float(sum[c]) - mean) * rstd * a.gamma[c], &y[c]);
      }
    }
    a.mean[r] = mean;
    a.rstd[r] = rstd;
  }
}

// Adds what came to `sum` from elsewhere, then makes the gradient of x.
template <class T>
inline void finish_backward_row(const AddNormBackwardArgs<T>& a, std::int64_t r, T* d_sum) {
  if (a.d_carry) {
    const T* carry = a.d_carry + r * a.columns;
    for (std::int64_t c = 0; c < a.columns; ++c)
      store(to_float(d_sum[c]) + to_float(carry[c]), &d_sum[c]);
  }
  if (a.d_x) {
    dropout(DropoutArgs<T>{.x = a.d_sum, .y = a.d_x, .columns = a.columns, .place = a.place},
            {r, r + 1});
  }
}

template <class T>
void add_norm_backward(const AddNormBackwardArgs<T>& a, RowRange rows) {
  const float inverse = 1.0F / static_cast<float>(a.columns);
  for (std::int64_t r = rows.begin; r < rows.end; ++r) {
    const T* d_y = a.d_y + r * a.columns;
    const T* sum = a.sum + r * a.columns;
    T* d_sum = a.d_sum + r * a.columns;
    const float mean = a.mean[r];
    const float rstd = a.rstd[r];
    if (a.d_beta) {
#pragma GCC ivdep
      for (std::int64_t c = 0; c < a.columns; ++c) {
        const float g_y = to_float(d_y[c]);
        a.d_gamma[c] += g_y * ((to_float(sum[c]) - mean) * rstd);
        a.d_beta[c] += g_y;
      }
    } else {
#pragma GCC ivdep
      for (std::int64_t c = 0; c < a.columns; ++c)
        a.d_gamma[c] += to_float(d_y[c]) * ((to_float(sum[c]) - mean) * rstd);
    }
    const float mean_g =
        lane_sum(a.columns, [&](std::int64_t c) { return to_float(d_y[c]) * a.gamma[c]; }) *
        inverse;
    const float mean_gx =
        lane_sum(a.columns,
                 [&](std::int64_t c) {
                   return to_float(d_y[c]) * a.gamma[c] * ((to_float(sum[c]) - mean) * rstd);
                 }) *
        inverse;
    for (std::int64_t c = 0; c < a.columns; ++c) {
      const float x_hat = (to_float(sum[c]) - mean) * rstd;
      store(rstd * (to_float(d_y[c]) * a.gamma[c] - mean_g - x_hat * mean_gx), &d_sum[c]);
    }
    finish_backward_row(a, r, d_sum);
  }
}

template <class T>
void add_rms_norm(const AddNormArgs<T>& a, RowRange rows) {
  const float inverse = 1.0F / static_cast<float>(a.columns);
  for (std::int64_t r = rows.begin; r < rows.end; ++r) {
    T* sum = a.sum + r * a.columns;
    T* y = a.y + r * a.columns;
    add_row(a, r, sum);
    const float squares =
        lane_sum(a.columns, [&](std::int64_t c) { return to_float(sum[c]) * to_float(sum[c]); });
    const float rstd = 1.0F / std::sqrt(squares * inverse + a.eps);
    for (std::int64_t c = 0; c < a.columns; ++c)
      store(to_float(sum[c]) * rstd * (a.gamma[c] + a.gamma_offset), &y[c]);
    a.rstd[r] = rstd;
  }
}

template <class T>
void add_rms_norm_backward(const AddNormBackwardArgs<T>& a, RowRange rows) {
  const float inverse = 1.0F / static_cast<float>(a.columns);
  for (std::int64_t r = rows.begin; r < rows.end; ++r) {
    const T* d_y = a.d_y + r * a.columns;
    const T* sum = a.sum + r * a.columns;
    T* d_sum = a.d_sum + r * a.columns;
    const float rstd = a.rstd[r];
#pragma GCC ivdep
    for (std::int64_t c = 0; c < a.columns; ++c)
      a.d_gamma[c] += to_float(d_y[c]) * (to_float(sum[c]) * rstd);
    const float mean_gx = lane_sum(a.columns,
                                   [&](std::int64_t c) {
                                     return to_float(d_y[c]) * (a.gamma[c] + a.gamma_offset) *
                                            (to_float(sum[c]) * rstd);
                                   }) *
                          inverse;
    for (std::int64_t c = 0; c < a.columns; ++c) {
      const float x_hat = to_float(sum[c]) * rstd;
      store(rstd * (to_float(d_y[c]) * (a.gamma[c] + a.gamma_offset) - x_hat * mean_gx), &d_sum[c]);
    }
    finish_backward_row(a, r, d_sum);
  }
}

template <class T>
void column_sum(const T* x, std::int64_t columns, RowRange rows, float* sums) {
  for (std::int64_t r = rows.begin; r < rows.end; ++r) {
    const T* row = x + r * columns;
    for (std::int64_t c = 0; c < columns; ++c) sums[c] += to_float(row[c]);
  }
}

}  // namespace trainer::nn::cpu::TRAINER_ISA
