#include "nn/convolution.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/conv1d.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty_like.h>

#include <vector>

#include "nn/record.hpp"

namespace trainer::nn {
namespace {

// One text as ATen's convolutions want it: [1,H,S] fp32.
at::Tensor text_of(const at::Tensor& x, std::span<const std::int32_t> cu, std::size_t b) {
  return x.narrow(0, cu[b], cu[b + 1] - cu[b]).to(at::kFloat).t().unsqueeze(0).contiguous();
}

struct ConvolveBackward : BackwardNode {
  at::Tensor x;
  std::vector<std::int32_t> cu;
  ConvolutionWeights weights;

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    const at::Tensor& g = gradients[0];
    at::Tensor d_x = at::empty_like(x);
    const std::int64_t padding = (weights.weight.master.size(2) - 1) / 2;
    for (std::size_t b = 0; b + 1 < cu.size(); ++b) {
      if (cu[b] == cu[b + 1]) continue;
      const auto [d_text, d_weight, d_bias] =
          at::convolution_backward(text_of(g, cu, b), text_of(x, cu, b), weights.weight.master,
                                   at::OptionalIntArrayRef({weights.bias.master.size(0)}), {1},
                                   {padding}, {1}, false, {0}, weights.groups, {true, true, true});
      d_x.narrow(0, cu[b], cu[b + 1] - cu[b]).copy_(d_text.squeeze(0).t());
      if (weights.weight.grad.defined()) weights.weight.grad.add_(d_weight);
      if (weights.bias.grad.defined()) weights.bias.grad.add_(d_bias);
    }
    return {d_x};
  }

  void release_variables() override { x.reset(); }
};

}  // namespace

at::Tensor convolve(const at::Tensor& x, std::span<const std::int32_t> cu_seqlens,
                    const ConvolutionWeights& weights) {
  auto node = make_node<ConvolveBackward>();
  node->weights = weights;
  node->cu = {cu_seqlens.begin(), cu_seqlens.end()};
  at::Tensor out;
  {
    at::NoGradGuard no_grad;
    node->x = x.detach();
    out = at::empty_like(x);
    const std::int64_t padding = (weights.weight.master.size(2) - 1) / 2;
    for (std::size_t b = 0; b + 1 < node->cu.size(); ++b) {
      if (node->cu[b] == node->cu[b + 1]) continue;
      const at::Tensor made =
          at::conv1d(text_of(x, node->cu, b), weights.weight.master, weights.bias.master, {1},
                     at::IntArrayRef({padding}), {1}, weights.groups);
      out.narrow(0, node->cu[b], node->cu[b + 1] - node->cu[b]).copy_(made.squeeze(0).t());
    }
  }
  return record(std::move(out), std::move(node), {x});
}

}  // namespace trainer::nn
