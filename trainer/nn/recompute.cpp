#include "nn/recompute.hpp"

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/autograd.h>

#include <utility>

#include "nn/record.hpp"

namespace trainer::nn {
namespace {

bool wants_gradient(const at::Tensor& tensor) { return tensor.defined() && tensor.requires_grad(); }

struct RecomputeBackward : BackwardNode {
  std::vector<at::Tensor> inputs;   // without history, but wanting the gradients that were wanted
  std::vector<std::size_t> places;  // of each gradient among the outputs
  Rerun rerun;

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    const std::vector<at::Tensor> outputs = [this] {
      const at::AutoGradMode with_history(true);
      return rerun(inputs);
    }();
    torch::autograd::variable_list roots, arriving;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      if (!gradients[i].defined()) continue;
      roots.push_back(outputs[places[i]]);
      arriving.push_back(gradients[i]);
    }
    torch::autograd::backward(roots, arriving);
    torch::autograd::variable_list out;
    for (at::Tensor& input : inputs) {
      out.push_back(wants_gradient(input) ? input.grad() : at::Tensor());
      if (wants_gradient(input)) input.mutable_grad().reset();
    }
    return out;
  }

  void release_variables() override {
    inputs.clear();
    rerun = nullptr;
  }
};

}  // namespace

std::vector<at::Tensor> recompute_in_backward(std::vector<at::Tensor> outputs,
                                              const std::vector<at::Tensor>& inputs, Rerun rerun) {
  bool wanted = false;
  for (const at::Tensor& input : inputs) wanted = wanted || wants_gradient(input);
  if (!wanted || !torch::autograd::GradMode::is_enabled()) return outputs;
  auto node = make_node<RecomputeBackward>();
  torch::autograd::edge_list edges;
  for (const at::Tensor& input : inputs) {
    edges.push_back(input.defined() ? torch::autograd::impl::gradient_edge(input)
                                    : torch::autograd::Edge());
    node->inputs.push_back(input.defined() ? input.detach().set_requires_grad(input.requires_grad())
                                           : at::Tensor());
  }
  node->rerun = std::move(rerun);
  node->set_next_edges(std::move(edges));
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i].defined()) continue;
    node->places.push_back(i);
    torch::autograd::set_history(outputs[i], node);
  }
  return outputs;
}

}  // namespace trainer::nn
