#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <span>
#include <string>

#include "nn/linear.hpp"
#include "nn/parameter_set.hpp"
#include "nn/pass.hpp"
#include "nn/self_attention.hpp"
#include "nn/transformer_config.hpp"

namespace trainer::nn {

// What a decoder looks at: an encoder's states of the same texts, packed.
struct EncodedTexts {
  at::Tensor states;                         // [Te,H]
  std::span<const std::int32_t> cu_seqlens;  // [B+1]
};

// One decoder layer's attention to an encoder's states, each text to its own; no positions, no
// bias, everything seen. T decoder tokens in the pack, B sequences, H hidden.
class CrossAttention {
 public:
  // Modules are prefix + "query", "key", "value", "output".
  CrossAttention(const TransformerConfig& config, const ParameterSet& set,
                 const std::string& prefix);

  // x [Tq,H], whose rows of each text `cu_queries` [B+1] tells -> [Tq,H].
  at::Tensor forward(const at::Tensor& x, const EncodedTexts& encoded,
                     std::span<const std::int32_t> cu_queries, Pass& pass) const;

 private:
  std::int64_t heads_;
  std::int64_t head_size_;
  double scale_;
  double dropout_;
  LinearWeights query_;
  LinearWeights key_value_;  // [2*N*D, H]
  LinearWeights output_;
};

}  // namespace trainer::nn
