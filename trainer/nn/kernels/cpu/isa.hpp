#pragma once

#include <cstdint>
#include <cstring>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "nn/kernels/cpu/kernels.hpp"

// Helpers of the kernels that are compiled once per instruction set. All of it lies in a namespace
// named after the instruction set, so that the linker never merges code of different ones. Plain
// loops that the compiler vectorises, but for the 32x32-bit multiply of Philox, which it does not
// find.
#ifndef TRAINER_ISA
#error "compile through CMakeLists.txt, which names the instruction set"
#endif

namespace trainer::nn::cpu::TRAINER_ISA {

constexpr int kLanes = 16;                 // floats handled side by side
constexpr int kDropoutGroup = 8 * kLanes;  // columns that one call of philox() decides

inline float to_float(float x) { return x; }
inline float to_float(Bf16 x) {
  const std::uint32_t bits = static_cast<std::uint32_t>(x.bits) << 16;
  float out;
  std::memcpy(&out, &bits, sizeof out);
  return out;
}

inline void store(float x, float* to) { *to = x; }
// Rounds to nearest even; a NaN stays a NaN because its quiet bit is set.
inline void store(float x, Bf16* to) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  const std::uint32_t rounded = (bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16;
  const std::uint32_t nan = (bits >> 16) | 0x40U;
  to->bits = static_cast<std::uint16_t>((bits & 0x7FFFFFFFU) > 0x7F800000U ? nan : rounded);
}

// e^x within 2 ulp for x <= 88; 0 below -87.3. Cody-Waite reduction and a degree-6 polynomial
// (Cephes expf).
inline float exp_approx(float x) {
  const float low = x < -87.3F ? -87.3F : x;
  const float clamped = low > 88.3F ? 88.3F : low;
  const float turns = clamped * 1.44269504088896341F;
  const auto whole = static_cast<std::int32_t>(turns < 0.0F ? turns - 0.5F : turns + 0.5F);
  const auto n = static_cast<float>(whole);
  const float r = (clamped - n * 0.693359375F) + n * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  const std::int32_t exponent = (whole + 127) << 23;
  float power;
  std::memcpy(&power, &exponent, sizeof power);
  return x < -87.3F ? 0.0F : p * power;
}

// Sum of term(c) over n columns, in 16 running sums: the order, and so the result, is the same for
// every instruction set.
template <class Term>
inline float lane_sum(std::int64_t n, Term&& term) {
  float sums[kLanes] = {};
  std::int64_t c = 0;
  for (; c + kLanes <= n; c += kLanes) {
    for (int l = 0; l < kLanes; ++l) sums[l] += term(c + l);
  }
  for (int l = 0; c < n; ++c, ++l) sums[l] += term(c);
  for (int width = kLanes / 2; width > 0; width /= 2) {
    for (int l = 0; l < width; ++l) sums[l] += sums[l + width];
  }
  return sums[0];
}

// Philox4x32-10 for 16 neighbouring column blocks of one row. words[w][l] is word w of block
// first_block + l. Words travel in the low halves of 64-bit lanes: the 32x32 multiply reads only
// those, so its high halves need no clearing.
#if defined(__AVX512F__)
struct PhiloxLanes {
  using V = __m512i;
  static constexpr int kWidth = 8;
  static V set(std::uint32_t x) { return _mm512_set1_epi64(x); }
  static V counting(std::uint32_t x) {
    return _mm512_add_epi64(set(x), _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0));
  }
  static V multiply(V a, V b) { return _mm512_mul_epu32(a, b); }
  static V high(V a) { return _mm512_srli_epi64(a, 32); }
  static V xor3(V a, V b, V c) { return _mm512_ternarylogic_epi64(a, b, c, 0x96); }
  static void write(V a, std::uint32_t* to) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_cvtepi64_epi32(a));
  }
};
#elif defined(__AVX2__)
struct PhiloxLanes {
  using V = __m256i;
  static constexpr int kWidth = 4;
  static V set(std::uint32_t x) { return _mm256_set1_epi64x(x); }
  static V counting(std::uint32_t x) {
    return _mm256_add_epi64(set(x), _mm256_set_epi64x(3, 2, 1, 0));
  }
  static V multiply(V a, V b) { return _mm256_mul_epu32(a, b); }
  static V high(V a) { return _mm256_srli_epi64(a, 32); }
  static V xor3(V a, V b, V c) { return _mm256_xor_si256(_mm256_xor_si256(a, b), c); }
  static void write(V a, std::uint32_t* to) {
    const __m256i packed = _mm256_permutevar8x32_epi32(a, _mm256_set_epi32(0, 0, 0, 0, 6, 4, 2, 0));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm256_castsi256_si128(packed));
  }
};
#else
struct PhiloxLanes {
  using V = std::uint64_t;
  static constexpr int kWidth = 1;
  static V set(std::uint32_t x) { return x; }
  static V counting(std::uint32_t x) { return x; }
  static V multiply(V a, V b) { return (a & 0xFFFFFFFFU) * b; }
  static V high(V a) { return a >> 32; }
  static V xor3(V a, V b, V c) { return a ^ b ^ c; }
  static void write(V a, std::uint32_t* to) { *to = static_cast<std::uint32_t>(a); }
};
#endif

inline void philox(const DropoutPlace& place, std::uint32_t row, std::uint32_t first_block,
                   std::uint32_t (&words)[4][kLanes]) {
  using P = PhiloxLanes;
  constexpr int kParts = kLanes / P::kWidth;
  const P::V multiplier0 = P::set(0xD2511F53U);
  const P::V multiplier1 = P::set(0xCD9E8D57U);
  for (int part = 0; part < kParts; ++part) {
    P::V c0 = P::counting(first_block + static_cast<std::uint32_t>(part * P::kWidth));
    P::V c1 = P::set(row);
    P::V c2 = P::set(place.site);
    P::V c3 = P::set(place.step);
    std::uint32_t key0 = static_cast<std::uint32_t>(place.seed);
    std::uint32_t key1 = static_cast<std::uint32_t>(place.seed >> 32);
    for (int round = 0; round < 10; ++round) {
      const P::V a = P::multiply(c0, multiplier0);
      const P::V b = P::multiply(c2, multiplier1);
      c0 = P::xor3(P::high(b), c1, P::set(key0));
      c1 = b;
      c2 = P::xor3(P::high(a), c3, P::set(key1));
      c3 = a;
      key0 += 0x9E3779B9U;
      key1 += 0xBB67AE85U;
    }
    P::write(c0, words[0] + part * P::kWidth);
    P::write(c1, words[1] + part * P::kWidth);
    P::write(c2, words[2] + part * P::kWidth);
    P::write(c3, words[3] + part * P::kWidth);
  }
}

// factors[c] = scale where column first + c is kept, else 0, for a whole group of columns. Column
// g*128 + k*16 + l takes half k%2 of word k/2 of block g*16 + l.
inline void dropout_factors(const DropoutPlace& place, std::uint32_t row, std::int64_t group,
                            float (&factors)[kDropoutGroup]) {
  alignas(64) std::uint32_t words[4][kLanes];
  philox(place, row, static_cast<std::uint32_t>(group * kLanes), words);
  const std::uint32_t threshold = place.threshold;
  const float scale = place.scale;
  for (int w = 0; w < 4; ++w) {
    for (int l = 0; l < kLanes; ++l) {
      factors[(2 * w) * kLanes + l] = (words[w][l] & 0xFFFFU) >= threshold ? scale : 0.0F;
      factors[(2 * w + 1) * kLanes + l] = (words[w][l] >> 16) >= threshold ? scale : 0.0F;
    }
  }
}

// Calls body(first column, columns, factors) for each group of a row; factors is null when dropout
// is off. `first_group` is the group that the row's first column belongs to.
template <class Body>
inline void for_dropout_groups(const DropoutPlace& place, std::uint32_t row, std::int64_t columns,
                               Body&& body, std::int64_t first_group = 0) {
  if (place.threshold == 0) {
    body(std::int64_t{0}, columns, static_cast<const float*>(nullptr));
    return;
  }
  alignas(64) float factors[kDropoutGroup];
  for (std::int64_t group = 0; group * kDropoutGroup < columns; ++group) {
    const std::int64_t first = group * kDropoutGroup;
    dropout_factors(place, row, first_group + group, factors);
    body(first, columns - first < kDropoutGroup ? columns - first : kDropoutGroup,
         static_cast<const float*>(factors));
  }
}

}  // namespace trainer::nn::cpu::TRAINER_ISA
