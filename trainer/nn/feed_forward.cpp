#include "nn/feed_forward.hpp"

#include <ATen/ops/mul.h>

#include "nn/modules.hpp"
#include "nn/norm.hpp"

namespace trainer::nn {

FeedForward::FeedForward(const TransformerConfig& config, const ParameterSet& set,
                         const std::string& prefix)
    : activation_(config.activation),
      gated_(config.gated),
      dropout_(config.feed_forward_dropout),
      up_(config.gated ? stacked_linear(set, {prefix + "mlp.gate", prefix + "mlp.up"})
                       : linear_weights(set, prefix + "mlp.up", config.groups.up)),
      down_(linear_weights(set, prefix + "mlp.down", config.groups.down)) {}

at::Tensor FeedForward::forward(const at::Tensor& x, Pass& pass) const {
  at::Tensor wide = linear(x, up_);
  if (gated_) {
    const std::vector<at::Tensor> parts = wide.chunk(2, 1);
    wide = at::mul(activate(activation_, parts[0]), parts[1]);
  } else {
    wide = activate(activation_, wide);
  }
  // A place only where the model has this dropout: places are numbered.
  if (dropout_ > 0.0) wide = dropout(wide, pass.dropout(dropout_));
  return linear(wide, down_);
}

}  // namespace trainer::nn
