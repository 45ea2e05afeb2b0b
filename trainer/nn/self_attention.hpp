#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nn/attention.hpp"
#include "nn/linear.hpp"
#include "nn/norm.hpp"
#include "nn/parameter_set.hpp"
#include "nn/pass.hpp"
#include "nn/rotary.hpp"
#include "nn/transformer_config.hpp"

// One layer's self-attention with its projections, by TransformerConfig. T tokens in the pack, B
// sequences, H hidden.
namespace trainer::nn {

// What all layers of one pass share.
struct PackGeometry {
  std::span<const std::int32_t> cu_seqlens;                 // [B+1]
  std::vector<std::shared_ptr<const RotaryAngles>> angles;  // one per TransformerConfig::rotaries
  AttentionBias bias;
  at::Tensor distances;                     // [P,H], normed; undefined without DistanceConfig
  std::vector<std::int32_t> distance_rows;  // of rows_of_distances()
  std::span<const std::int32_t> lengths;    // [B] without padding; of models with landmarks
  at::Tensor segments;  // [T,C] one-hot; undefined where all tokens are of one segment
};

// One token of each sequence, for a last layer of which only these are read.
struct ChosenTokens {
  std::vector<std::int32_t> tokens;      // [B] places in the pack
  std::vector<std::int32_t> starts;      // [B] places within their sequences
  std::vector<std::int32_t> cu_queries;  // [B+1] 0, 1, 2 …
  at::Tensor index;                      // [B] int32, the tokens

  ChosenTokens(std::span<const std::int32_t> chosen, std::span<const std::int32_t> cu_seqlens);
};

// ConvBERT's span-based dynamic convolution (Jiang et al., 2020), beside attention. A = N*D.
struct SpanWeights {
  Weight depthwise;         // [H,1,k]
  LinearWeights pointwise;  // [A,H]
  Weight bias;              // [A,1]
  LinearWeights kernel;     // [N*k,A]
  LinearWeights values;     // [A,H]
};

class SelfAttention {
 public:
  // `prefix` is the layer's ("layer.3."); modules are prefix + "attention.query" and so on.
  SelfAttention(const TransformerConfig& config, const ParameterSet& set, std::int64_t layer,
                const std::string& prefix);

  // x [T,H] -> [T,H], after the output projection.
  at::Tensor whole(const at::Tensor& x, const PackGeometry& pack, Pass& pass) const;
  // The same for the chosen tokens only: [B,H].
  at::Tensor chosen(const at::Tensor& x, const ChosenTokens& tokens, const PackGeometry& pack,
                    Pass& pass) const;

 private:
  at::Tensor by_distance(const at::Tensor& q, const at::Tensor& kv, const AttentionShape& shape,
                         const PackGeometry& pack, Pass& pass) const;
  AttentionShape shape(const PackGeometry& pack) const;
  at::Tensor normalise(const at::Tensor& x, std::int64_t heads,
                       const std::vector<NormWeights>& norms) const;
  at::Tensor turned(const at::Tensor& x, std::int64_t heads,
                    const std::shared_ptr<const RotaryAngles>& angles) const;
  at::Tensor prepared(const at::Tensor& qkv, const PackGeometry& pack) const;
  at::Tensor all_projections(const at::Tensor& x) const;
  at::Tensor keys_and_values(const at::Tensor& x) const;
  // What the output projection reads, for all tokens.
  at::Tensor context(const at::Tensor& x, const PackGeometry& pack, Pass& pass) const;
  at::Tensor convolved_values(const at::Tensor& values, const PackGeometry& pack) const;
  at::Tensor span_convolution(const at::Tensor& x, const at::Tensor& query,
                              const PackGeometry& pack) const;

  LayerKind kind_;
  DistanceConfig distances_;
  std::int64_t heads_;
  std::int64_t kv_heads_;
  std::int64_t head_size_;
  HeadNorm head_norm_;
  double scale_;
  double soft_cap_;
  double dropout_;
  // Query, key and value are one product, unless their groups or biases differ.
  bool joint_;
  LinearWeights qkv_;  // [(N+2K)*D, H]
  LinearWeights query_;
  LinearWeights key_value_;  // [2K*D, H]
  LinearWeights key_;
  LinearWeights value_;
  bool turns_values_;
  LandmarkConfig landmarks_;
  std::optional<Weight> value_kernel_;  // [N,1,k,1]
  std::optional<SpanWeights> span_;
  LinearWeights output_;
  std::vector<LinearWeights> distance_key_;    // none, or one: DistanceConfig
  std::vector<LinearWeights> distance_query_;  // none, or one
  double distance_dropout_;
  std::vector<NormWeights> query_norms_;  // none, one, or one per head (HeadNorm::kOwn)
  std::vector<NormWeights> key_norms_;
};

}  // namespace trainer::nn
