#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <string>
#include <vector>

#include "nn/backbone.hpp"
#include "nn/feed_forward.hpp"
#include "nn/linear.hpp"
#include "nn/norm.hpp"
#include "nn/parameter_set.hpp"
#include "nn/transformer_config.hpp"

// The encoder of Funnel-Transformer (Dai et al., 2020): blocks of post-norm layers, each block on
// half the tokens of the one before, pooled in pairs. Scores are XLNet's (relative_attention.hpp)
// by distance and segment; those two terms leave the first token out where it stays apart.
// TransformerConfig with `funnel` and `relative` set; its parameters are
// transformer_parameters().
//
// Without token types no score goes by segment, which is not the same as one segment where the
// first token stays apart: Funnel's tokenizers give <cls> the type 2, or no types at all.
//
// A text is pooled by its own length, as transformers does for a text without padding: how tokens
// pair up, and which is cut off, then is the text's alone. T tokens in the pack, B sequences, H
// hidden, N heads, D head size.
namespace trainer::nn {

class FunnelTransformer final : public Backbone {
 public:
  FunnelTransformer(const TransformerConfig& config, const ParameterSet& parameters);

  // Of the first token of each text, [B,H], whatever other tokens are named: what classifiers read.
  at::Tensor hidden_states(const PackedInput& input, std::span<const std::int32_t> tokens,
                           Pass& pass) const override;

 private:
  struct Layer {
    LinearWeights query;
    LinearWeights key_value;
    Weight distance;  // [N*D,H]
    LinearWeights output;
    Weight content_bias;   // [N,D]
    Weight distance_bias;  // [N,D]
    Weight segment_bias;   // [N,D]
    Weight segments;       // [2,N,D]: another, same
    NormWeights attention_norm;
    FeedForward feed_forward;
    NormWeights mlp_norm;
  };
  struct Texts;
  struct Places;

  Layer make_layer(const ParameterSet& set, const std::string& prefix) const;
  Texts begin(const PackedInput& input, Pass& pass) const;
  Texts pooled(const Texts& texts) const;
  at::Tensor same_segment(const Texts& queries, const Texts& keys, std::int64_t text) const;
  Places places_of(const Texts& queries, const Texts& keys, std::int64_t text) const;
  at::Tensor scores(const Layer& layer, const at::Tensor& q, const at::Tensor& k,
                    const at::Tensor& distances, const Places& places) const;
  at::Tensor attend(const Layer& layer, const Texts& queries, const Texts& keys, Pass& pass) const;
  at::Tensor run(const Layer& layer, const Texts& queries, const Texts& keys, Pass& pass) const;
  at::Tensor recomputed(const Layer& layer, const Texts& queries, const Texts& keys,
                        Pass& pass) const;

  TransformerConfig config_;
  FunnelConfig funnel_;
  Compute compute_;
  Weight words_;
  NormWeights embedding_norm_;
  std::vector<std::vector<Layer>> blocks_;
};

}  // namespace trainer::nn
