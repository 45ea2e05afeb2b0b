#include "nn/cross_attention.hpp"

#include "nn/attention.hpp"
#include "nn/modules.hpp"

namespace trainer::nn {

CrossAttention::CrossAttention(const TransformerConfig& config, const ParameterSet& set,
                               const std::string& prefix)
    : heads_(config.heads),
      head_size_(config.size_of_head()),
      scale_(config.attention_scale),
      dropout_(config.attention_dropout),
      query_(linear_weights(set, prefix + "query")),
      key_value_(stacked_linear(set, {prefix + "key", prefix + "value"})),
      output_(linear_weights(set, prefix + "output")) {}

at::Tensor CrossAttention::forward(const at::Tensor& x, const EncodedTexts& encoded,
                                   std::span<const std::int32_t> cu_queries, Pass& pass) const {
  const AttentionShape shape{.heads = heads_,
                             .head_size = head_size_,
                             .cu_queries = cu_queries,
                             .cu_keys = encoded.cu_seqlens,
                             .scale = static_cast<float>(scale_)};
  return linear(cross_attention(linear(x, query_), linear(encoded.states, key_value_), shape,
                                pass.dropout(dropout_)),
                output_);
}

}  // namespace trainer::nn
