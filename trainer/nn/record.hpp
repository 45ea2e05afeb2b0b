#pragma once

#include <ATen/core/TensorBody.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>

#include <initializer_list>
#include <memory>
#include <type_traits>
#include <utility>

// Hooking a hand-written backward into autograd's graph. For .cpp files of this folder only: costly
// to include.
namespace trainer::nn {

// Base of our backward nodes: apply() is called once by the engine, with gradients recorded
// nowhere.
struct BackwardNode : torch::autograd::Node {
  std::string name() const override { return "trainer::nn"; }
};

// A new node, held as this libtorch holds nodes (shared_ptr up to 2.11, intrusive_ptr later).
template <class Node>
auto make_node() {
  if constexpr (std::is_same_v<decltype(torch::autograd::Edge::function),
                               std::shared_ptr<torch::autograd::Node>>) {
    return std::make_shared<Node>();
  } else {
    return c10::make_intrusive<Node>();
  }
}

// Makes `node` the history of `out`, whose inputs are `inputs`, if any of them has a history of its
// own. Weights are not inputs: their gradients go to Weight::grad.
template <class NodePointer>
at::Tensor record(at::Tensor out, NodePointer node, std::initializer_list<at::Tensor> inputs) {
  if (torch::autograd::GradMode::is_enabled()) {
    bool wanted = false;
    for (const at::Tensor& input : inputs)
      wanted = wanted || (input.defined() && input.requires_grad());
    if (wanted) {
      torch::autograd::edge_list edges;
      for (const at::Tensor& input : inputs) {
        edges.push_back(input.defined() ? torch::autograd::impl::gradient_edge(input)
                                        : torch::autograd::Edge());
      }
      node->set_next_edges(std::move(edges));
      torch::autograd::set_history(out, node);
    }
  }
  return out;
}

}  // namespace trainer::nn
