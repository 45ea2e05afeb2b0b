#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <span>

#include "nn/kernels/cpu/kernels.hpp"

// Self-attention over packed sequences, without a mask: a token sees exactly the tokens of its own
// sequence.
//
// One task is one head of one sequence, worked off in blocks of query rows that fit the
// second-level cache. Scores exist only there; backward computes them again from q, k and the kept
// log-sum-exp (FlashAttention-2, Dao 2023), and draws the same dropout again.
namespace trainer::nn {

struct AttentionShape {
  std::int64_t heads = 0;                    // N
  std::int64_t head_size = 0;                // D
  std::span<const std::int32_t> cu_queries;  // [B+1] offsets of each sequence's query rows
  std::span<const std::int32_t> cu_keys;     // [B+1] offsets of each sequence's key and value rows
};

// qkv [T, 3*N*D] (queries, keys, values side by side) -> [T, N*D]. Probabilities are softmax(q k^T
// / sqrt(D)) with dropout; cu_queries equals cu_keys.
at::Tensor self_attention(const at::Tensor& qkv, const AttentionShape& shape,
                          const cpu::DropoutPlace& dropout);

// q [Tq, N*D] against kv [Tk, 2*N*D]: for a last layer of which only some rows are read.
at::Tensor cross_attention(const at::Tensor& q, const at::Tensor& kv, const AttentionShape& shape,
                           const cpu::DropoutPlace& dropout);

}  // namespace trainer::nn
