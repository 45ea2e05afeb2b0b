#include "nn/tracked_weight.hpp"

#include <ATen/ops/zeros.h>

#include "nn/record.hpp"

namespace trainer::nn {
namespace {

struct TrackedBackward : BackwardNode {
  Weight weight;

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    weight.grad.add_(gradients[0]);
    return {at::Tensor()};
  }
};

}  // namespace

at::Tensor tracked(const Weight& weight) {
  if (!weight.grad.defined()) return weight.master;
  auto node = make_node<TrackedBackward>();
  node->weight = weight;
  // Nothing before this has a history: an anchor that wants a gradient makes autograd walk here.
  const at::Tensor anchor = at::zeros({1}, at::kFloat).set_requires_grad(true);
  return record(weight.master.detach(), std::move(node), {anchor});
}

}  // namespace trainer::nn
