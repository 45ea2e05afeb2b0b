#pragma once

#include <ATen/core/TensorBody.h>

#include <optional>
#include <string>
#include <vector>

#include "nn/backbone.hpp"
#include "nn/linear.hpp"
#include "nn/norm.hpp"
#include "nn/parameter_set.hpp"
#include "nn/self_attention.hpp"
#include "nn/transformer_config.hpp"

// MobileBERT (Sun et al., 2020): layers that work in a narrow bottleneck of the stream, several
// feed-forwards one after the other, and embeddings of three neighbouring words. TransformerConfig
// with `bottleneck` set. T tokens, B sequences, H the stream's width, S the bottleneck's.
namespace trainer::nn {

//   embeddings.{words,positions,token_types,project,norm}
//   layer.#.input, layer.#.input_norm         the bottleneck H -> S, where there is one
//   layer.#.shared, layer.#.shared_norm       the same for query and key
//   layer.#.attention.{query,key,value,output,norm}
//   layer.#.ffn.#.{up,down,norm}              all feed-forwards but the last
//   layer.#.mlp.{up,down,norm}, layer.#.{back,back_norm}   the last one, and S -> H
std::vector<ParameterSpec> bottleneck_parameters(const TransformerConfig& config);

class BottleneckTransformer final : public Backbone {
 public:
  BottleneckTransformer(const TransformerConfig& config, const ParameterSet& parameters);

  at::Tensor hidden_states(const PackedInput& input, std::span<const std::int32_t> tokens,
                           Pass& pass) const override;

 private:
  struct Dense {
    LinearWeights linear;
    NormWeights norm;
  };
  struct FeedForwardPart {
    LinearWeights up;
    Dense down;
  };
  struct Layer {
    std::optional<Dense> input;
    std::optional<Dense> shared;
    LinearWeights query;
    LinearWeights key;
    LinearWeights value;
    Dense output;
    std::vector<FeedForwardPart> feed_forwards;
    std::optional<Dense> back;
  };

  Dense dense(const ParameterSet& set, const std::string& module, const std::string& norm,
              double eps) const;
  Layer make_layer(const ParameterSet& set, std::int64_t index) const;
  at::Tensor norm(const at::Tensor& x, const at::Tensor& residual, const NormWeights& weights,
                  const cpu::DropoutPlace& place) const;
  at::Tensor embeddings(const PackedInput& input, Pass& pass) const;
  at::Tensor attended(const Layer& layer, const at::Tensor& x,
                      std::span<const std::int32_t> cu_seqlens, Pass& pass) const;
  // [T,H] -> [T,H], or [B,H] of the chosen tokens.
  at::Tensor run(const Layer& layer, const at::Tensor& x, std::span<const std::int32_t> cu_seqlens,
                 const ChosenTokens* chosen, Pass& pass) const;
  // The same, of which only x is kept for backward (recompute.hpp).
  at::Tensor recomputed(const Layer& layer, const at::Tensor& x,
                        std::span<const std::int32_t> cu_seqlens, const ChosenTokens* chosen,
                        Pass& pass) const;

  TransformerConfig config_;
  BottleneckConfig bottleneck_;
  Compute compute_;
  Weight words_;
  Weight positions_;
  Weight token_types_;
  LinearWeights project_;
  NormWeights embedding_norm_;
  std::vector<Layer> layers_;
};

}  // namespace trainer::nn
