#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <span>
#include <string>

#include "nn/self_attention.hpp"

// One layer's attention of XLNet (Yang et al., 2019). The score of query i for key j is
//   (q_i + u) k_j + (q_i + v) r_(i-j) + (q_i + w) s,
// r the projected sinusoid of their distance, s one of two rows: same segment, or another. T tokens
// in the pack, B sequences, H hidden, N heads, D head size, C segments.
namespace trainer::nn {

// Sinusoids of the distances -longest to longest-1, [2*longest, H] fp32: sines, then cosines.
at::Tensor distance_sinusoids(std::int64_t longest, std::int64_t clamp, std::int64_t hidden);

// [T,C] fp32, C the number of different ids; undefined when that is one: a row that is the same for
// all keys is nothing to softmax.
at::Tensor one_hot_segments(std::span<const std::int32_t> type_ids);

class RelativeAttention {
 public:
  // `prefix` is the layer's ("layer.3."); modules are attention.{query,key,value,output,distance},
  // parameters attention.{content_bias,distance_bias,segment_bias,segments}.
  RelativeAttention(const TransformerConfig& config, const ParameterSet& set, std::int64_t layer,
                    const std::string& prefix);

  // x [T,H] -> [T,H], after the output projection, or of the chosen tokens only: [B,H]. Reads
  // distances, distance_rows and segments of the pack.
  at::Tensor forward(const at::Tensor& x, const ChosenTokens* chosen, const PackGeometry& pack,
                     Pass& pass) const;

 private:
  at::Tensor queries(const at::Tensor& q, const at::Tensor& segments) const;
  at::Tensor keys_and_values(const at::Tensor& kv, const at::Tensor& segments) const;
  at::Tensor distance_keys(const at::Tensor& distances, std::int64_t c) const;

  std::int64_t heads_;
  std::int64_t head_size_;
  LayerKind kind_;
  double dropout_;
  LinearWeights query_;
  LinearWeights key_value_;
  Weight distance_;  // [N*D,H]
  LinearWeights output_;
  Weight content_bias_;   // [N,D]
  Weight distance_bias_;  // [N,D]
  Weight segment_bias_;   // [N,D]
  Weight segments_;       // [2,N,D]: same, another
};

}  // namespace trainer::nn
