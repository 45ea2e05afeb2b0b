#pragma once

#include <ATen/core/TensorBody.h>

#include <string>

#include "nn/activation.hpp"
#include "nn/linear.hpp"
#include "nn/parameter_set.hpp"
#include "nn/pass.hpp"
#include "nn/transformer_config.hpp"

namespace trainer::nn {

// One layer's feed-forward part, by TransformerConfig: down(act(up(x))), or gated:
// down(act(gate(x))
// * up(x)). x [rows,H] -> [rows,H].
class FeedForward {
 public:
  // Modules are prefix + "mlp.up", "mlp.down" and, gated, "mlp.gate".
  FeedForward(const TransformerConfig& config, const ParameterSet& set, const std::string& prefix);

  at::Tensor forward(const at::Tensor& x, Pass& pass) const;

 private:
  Activation activation_;
  bool gated_;
  double dropout_;
  LinearWeights up_;  // gated: [2F,H], gate first
  LinearWeights down_;
};

}  // namespace trainer::nn
