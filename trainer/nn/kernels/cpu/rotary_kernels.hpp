#pragma once

#include "nn/kernels/cpu/isa.hpp"

// Rotary position embedding in place: the body behind RowKernels::rotary; the contract is in
// kernels.hpp. Angles, products and sums are fp32; columns beyond the turned ones are not touched.
namespace trainer::nn::cpu::TRAINER_ISA {

template <class T>
inline void rotate_halves(T* x, const float* cosines, const float* sines, float sign,
                          std::int64_t half) {
#pragma GCC ivdep
  for (std::int64_t i = 0; i < half; ++i) {
    const float a = to_float(x[i]);
    const float b = to_float(x[i + half]);
    const float s = sines[i] * sign;
    store(a * cosines[i] - b * s, &x[i]);
    store(b * cosines[i] + a * s, &x[i + half]);
  }
}

template <class T>
inline void rotate_pairs(T* x, const float* cosines, const float* sines, float sign,
                         std::int64_t half) {
#pragma GCC ivdep
  for (std::int64_t i = 0; i < half; ++i) {
    const float a = to_float(x[2 * i]);
    const float b = to_float(x[2 * i + 1]);
    const float s = sines[i] * sign;
    store(a * cosines[i] - b * s, &x[2 * i]);
    store(b * cosines[i] + a * s, &x[2 * i + 1]);
  }
}

template <class T>
void rotary(const RotaryArgs<T>& a, RowRange rows) {
  for (std::int64_t r = rows.begin; r < rows.end; ++r) {
    const float* cosines = a.cosines + a.rows[r] * a.half;
    const float* sines = a.sines + a.rows[r] * a.half;
    for (std::int64_t h = 0; h < a.heads; ++h) {
      T* x = a.x + r * a.stride + h * a.head_size;
      if (a.interleaved) {
        rotate_pairs(x, cosines, sines, a.sine_sign, a.half);
      } else {
        rotate_halves(x, cosines, sines, a.sine_sign, a.half);
      }
    }
  }
}

}  // namespace trainer::nn::cpu::TRAINER_ISA
