#pragma once

#include <ATen/core/TensorBody.h>

#include <algorithm>
#include <cstdint>
#include <span>

#include "nn/kernels/cpu/kernels.hpp"

// Attention over packed sequences, without a mask: a token sees only tokens of its own sequence,
// all of them or a window around it.
//
// One task is one head of one sequence, worked off in blocks of query rows that fit the
// second-level cache; keys that no row of a block sees are not looked at. Scores exist only there;
// backward computes them again from q, k and the kept log-sum-exp (FlashAttention-2, Dao 2023), and
// draws the same dropout again.
//
// Shapes: T tokens in the pack, B sequences, N query heads, K key-value heads (N a multiple of K;
// head n reads key-value head n*K/N), D head size, W width of the bias.
namespace trainer::nn {

// Tokens of the longest sequence, at least 1.
inline std::int64_t longest_of(std::span<const std::int32_t> cu_seqlens) {
  std::int64_t longest = 1;
  for (std::size_t b = 1; b < cu_seqlens.size(); ++b)
    longest = std::max<std::int64_t>(longest, cu_seqlens[b] - cu_seqlens[b - 1]);
  return longest;
}

constexpr std::int64_t kUnlimited = std::int64_t{1} << 30;

// What is added to the scores, before softmax: a number per head, by the key's place.
struct AttentionBias {
  enum class By {
    kDistance,  // values[n][key - query + (W-1)/2], W odd; the longest text has at most (W+1)/2
                // tokens
    kKey,       // values[n][key]
  };
  at::Tensor values;  // [N,W] fp32; undefined: no bias. Gets a gradient when it wants one.
  By by = By::kDistance;
};

struct AttentionShape {
  std::int64_t heads = 0;                    // N
  std::int64_t kv_heads = 0;                 // K; 0: as many as heads
  std::int64_t head_size = 0;                // D
  std::span<const std::int32_t> cu_queries;  // [B+1] offsets of each sequence's query rows
  std::span<const std::int32_t> cu_keys;     // [B+1] offsets of each sequence's key and value rows
  // [B] the place, among its sequence's keys, of each sequence's first query row; empty: 0. The
  // other rows of the sequence follow it.
  std::span<const std::int32_t> query_starts = {};
  float scale = 0.0F;               // of q k^T; 0: 1/sqrt(D)
  float soft_cap = 0.0F;            // scores become cap * tanh(score / cap); 0: they do not
  std::int64_t left = kUnlimited;   // keys before the query that it sees, itself not counted
  std::int64_t right = kUnlimited;  // keys after it; 0: causal
  AttentionBias bias = {};
};

// qkv [T, (N+2K)*D] (queries, keys, values side by side) -> [T, N*D]; cu_queries equals cu_keys.
at::Tensor self_attention(const at::Tensor& qkv, const AttentionShape& shape,
                          const cpu::DropoutPlace& dropout);

// The same with the logarithm of the sum of each query's exponentiated scores, lse [T,N] fp32, by
// which the result can be joined with attention to other keys. A text may have no rows.
struct AttentionSums {
  at::Tensor out;
  at::Tensor lse;
};
AttentionSums self_attention_sums(const at::Tensor& qkv, const AttentionShape& shape,
                                  const cpu::DropoutPlace& dropout);

// q [Tq, N*D] against kv [Tk, 2*K*D]: for a last layer of which only some rows are read, and for a
// decoder that looks at an encoder.
at::Tensor cross_attention(const at::Tensor& q, const at::Tensor& kv, const AttentionShape& shape,
                           const cpu::DropoutPlace& dropout);

}  // namespace trainer::nn
