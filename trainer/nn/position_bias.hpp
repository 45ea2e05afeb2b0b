#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <vector>

#include "nn/attention.hpp"
#include "nn/parameter_set.hpp"

// Biases of attention scores that depend on the places of query and key alone. N heads, S the
// longest text's tokens.
namespace trainer::nn {

// ALiBi (Press et al., 2022): slope_n * (key - query). Slopes are a geometric series from
// 2^(-8/P), P the power of two at or below N; heads beyond P take every other slope of the series
// of 2P.
std::vector<float> alibi_slopes(std::int64_t heads);

AttentionBias alibi_bias(const std::vector<float>& slopes, std::int64_t longest);
// scale * bf16(bf16(slope_n) * key): what softmax cannot tell from the former but for rounding.
AttentionBias rounded_alibi_bias(const std::vector<float>& slopes, std::int64_t longest,
                                 double scale);

// T5's buckets (Raffel et al., 2020): small distances have their own, larger ones share by their
// logarithm up to max_distance.
struct BucketConfig {
  std::int64_t buckets = 32;
  std::int64_t max_distance = 128;
  bool bidirectional = true;
  std::int64_t rows = 0;  // of the table, which may have more than are looked up; 0: buckets

  std::int64_t table_rows() const { return rows == 0 ? buckets : rows; }
};
// The bucket of each distance key - query from -(S-1) to S-1.
std::vector<std::int32_t> buckets_of_distances(const BucketConfig& config, std::int64_t longest);

// table [buckets,N] looked up for every distance: [N, 2S-1]. Backward adds to the table's gradient.
AttentionBias bucket_bias(const Weight& table, const BucketConfig& config, std::int64_t longest);

}  // namespace trainer::nn
