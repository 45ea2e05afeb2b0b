#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nn/backbone.hpp"
#include "nn/convolution.hpp"
#include "nn/cross_attention.hpp"
#include "nn/embedding.hpp"
#include "nn/feed_forward.hpp"
#include "nn/global_attention.hpp"
#include "nn/norm.hpp"
#include "nn/parameter_set.hpp"
#include "nn/relative_attention.hpp"
#include "nn/self_attention.hpp"
#include "nn/transformer_config.hpp"

// The stack that TransformerConfig describes.
namespace trainer::nn {

// Names and shapes of the stack's parameters, in an order that lets query, key and value (and gate
// and up) be read as one. The stored names are left to the model type's table.
//   embeddings.{words,positions,token_types,task_types,norm,project}
//   layer.#.attention.{query,key,value,output,query_norm,key_norm,norm,post_norm}
//   layer.#.attention.{global_query,global_key,global_value}
//   layer.#.attention.{distance,content_bias,distance_bias,segment_bias,segments}
//   layer.#.cross.{query,key,value,output,norm}, layer.#.relative_bias
//   layer.#.mlp.{gate,up,down,norm,post_norm}
//   layer.#.attention.{distance_key,distance_query}, distances, distances_norm, convolution,
//   convolution_norm
//   layer.#.attention.value_convolution, layer.#.span.{depthwise,pointwise,bias,kernel,values}
//   relative_bias, rotary_table, final_norm, project_back
// "norm" is the one that its part reads (Residual::kPost: that reads its part), "post_norm" the one
// that reads its part.
std::vector<ParameterSpec> transformer_parameters(const TransformerConfig& config);

class Transformer final : public Backbone {
 public:
  Transformer(const TransformerConfig& config, const ParameterSet& parameters);

  at::Tensor hidden_states(const PackedInput& input, std::span<const std::int32_t> tokens,
                           Pass& pass) const override;
  // The same of a stack whose layers look at an encoder's states: cross_attention.
  at::Tensor decoded_states(const PackedInput& input, std::span<const std::int32_t> tokens,
                            const EncodedTexts* encoded, Pass& pass) const;

 private:
  struct Layer {
    SelfAttention attention;
    FeedForward feed_forward;
    std::optional<NormWeights> attention_norm;
    std::optional<NormWeights> attention_post_norm;
    std::optional<NormWeights> mlp_norm;
    std::optional<NormWeights> mlp_post_norm;
    std::optional<CrossAttention> cross;
    std::optional<NormWeights> cross_norm;
    std::optional<Weight> bias;  // TransformerConfig::bias_in_each_layer
    // Instead of `attention`, where the config says so.
    std::optional<GlobalAttention> global;
    std::optional<RelativeAttention> relative;
  };
  // The stream between two layers: x, and what the last part made but nobody has added yet.
  struct Stream {
    at::Tensor x;      // undefined before the first layer
    at::Tensor delta;  // of which `place` drops
    cpu::DropoutPlace place;
  };
  // `chosen`: null, or the tokens that are read after this layer.
  struct LayerCall {
    const PackGeometry& pack;
    const ChosenTokens* chosen;
    const EncodedTexts* encoded;
    Pass& pass;
  };

  Layer make_layer(const ParameterSet& set, std::int64_t index) const;
  PackGeometry geometry(const PackedInput& input) const;
  void add_relative(const PackedInput& input, Pass& pass, PackGeometry& pack) const;
  at::Tensor padded_states(const PackedInput& input, std::span<const std::int32_t> tokens,
                           Pass& pass) const;
  at::Tensor states(const PackedInput& input, std::span<const std::int32_t> tokens,
                    const EncodedTexts* encoded, PackGeometry pack, Pass& pass) const;
  std::vector<std::int32_t> position_rows(const PackedInput& input) const;
  at::Tensor embeddings(const PackedInput& input, Pass& pass) const;
  at::Tensor attend(const Layer& layer, const at::Tensor& x, const LayerCall& call) const;
  at::Tensor post_layer(const Layer& layer, const at::Tensor& x, const LayerCall& call) const;
  Stream pre_layer(const Layer& layer, Stream stream, const LayerCall& call) const;
  Stream parallel_layer(const Layer& layer, Stream stream, const LayerCall& call) const;
  Stream run_layer(std::size_t index, Stream stream, const LayerCall& call) const;
  // The same, of which only the stream is kept for backward (recompute.hpp). The transformer must
  // live until then.
  Stream recomputed_layer(std::size_t index, const Stream& stream, const LayerCall& call) const;
  SumAndNorm begin_part(const Stream& stream, const std::optional<NormWeights>& norm) const;
  bool leaves_out_layer(Pass& pass) const;
  Stream unchanged(Stream stream, const LayerCall& call) const;
  at::Tensor finish(const Stream& stream) const;
  at::Tensor look_at_encoder(const Layer& layer, const at::Tensor& x, const LayerCall& call) const;
  at::Tensor convolved(const at::Tensor& embedded, const at::Tensor& x,
                       const LayerCall& call) const;

  TransformerConfig config_;
  Compute compute_;
  Weight words_;
  std::optional<Weight> position_table_;
  std::vector<Weight> type_tables_;  // token types, task types: those the model has
  std::optional<Weight> relative_bias_;
  std::optional<Weight> rotary_table_;
  std::optional<Weight> distances_;
  std::optional<NormWeights> distances_norm_;
  std::optional<ConvolutionWeights> convolution_;
  std::optional<NormWeights> convolution_norm_;
  std::optional<NormWeights> embedding_norm_;
  std::optional<LinearWeights> projection_;  // where E differs from H
  std::optional<NormWeights> final_norm_;
  std::optional<LinearWeights> back_;  // where the model projects back to E
  std::vector<Layer> layers_;
};

}  // namespace trainer::nn
