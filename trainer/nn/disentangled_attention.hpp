#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <vector>

#include "nn/attention.hpp"

// Disentangled attention (He et al., 2021, DeBERTa): scores are q k^T plus, by the distance of
// query and key, q times a key made of the distance's embedding (content to position) and k times
// such a query (position to content). Packed like attention.hpp. N heads, D head size, P rows of
// the distances' embeddings.
namespace trainer::nn {

// Which row of the distances' embeddings stands for each distance query - key, from -(longest-1) to
// longest-1: buckets of DeBERTa-v2 (exact near, by logarithm far) when `buckets` > 0, else the
// distance itself; shifted by span = P/2 and held within [0, P-1].
struct DistanceRows {
  std::int64_t span = 0;
  std::int64_t buckets = 0;
  std::int64_t max_distance = 0;
};
std::vector<std::int32_t> rows_of_distances(const DistanceRows& config, std::int64_t longest);

struct DistanceTerms {
  at::Tensor keys;                 // [P, N*D]: content to position; undefined: no such term
  at::Tensor queries;              // [P, N*D]: position to content; undefined: no such term
  std::vector<std::int32_t> rows;  // [2*longest-1], of rows_of_distances()
};

// q [Tq, N*D] against kv [Tk, 2*N*D] -> [Tq, N*D]; every term is multiplied by shape.scale. The
// shape's caps, biases and key-value groups are not for this one; a window saves no work.
at::Tensor disentangled_attention(const at::Tensor& q, const at::Tensor& kv,
                                  const DistanceTerms& terms, const AttentionShape& shape,
                                  const cpu::DropoutPlace& dropout);

}  // namespace trainer::nn
