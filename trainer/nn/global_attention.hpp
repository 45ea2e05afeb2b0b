#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <span>
#include <string>

#include "nn/self_attention.hpp"

// One layer's attention of Longformer (Beltagy et al., 2020) as a classifier uses it: tokens see a
// window around them and the text's first token; the first token sees all, through projections of
// its own. T tokens in the pack, B sequences, H hidden, N heads, D head size.
namespace trainer::nn {

class GlobalAttention {
 public:
  // `prefix` is the layer's ("layer.3."); beside SelfAttention's modules it has
  // attention.{global_query,global_key,global_value}.
  GlobalAttention(const TransformerConfig& config, const ParameterSet& set, std::int64_t layer,
                  const std::string& prefix);

  // x [T,H] -> [T,H], after the output projection.
  at::Tensor whole(const at::Tensor& x, const PackGeometry& pack, Pass& pass) const;
  // The same for each text's first token only: [B,H]. The window's projections are not needed.
  at::Tensor firsts(const at::Tensor& x, const PackGeometry& pack, Pass& pass) const;

 private:
  struct Parted;
  static Parted part(std::span<const std::int32_t> cu_seqlens);
  at::Tensor of_firsts(const at::Tensor& x, const PackGeometry& pack, Pass& pass) const;
  at::Tensor of_others(const at::Tensor& x, const Parted& parted, Pass& pass) const;

  std::int64_t heads_;
  std::int64_t head_size_;
  LayerKind kind_;
  double dropout_;
  LinearWeights qkv_;               // [3*N*D, H]
  LinearWeights global_query_;      // [N*D, H]
  LinearWeights global_key_value_;  // [2*N*D, H]
  LinearWeights output_;
};

}  // namespace trainer::nn
