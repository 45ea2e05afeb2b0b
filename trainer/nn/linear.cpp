#include "nn/linear.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>

#include <array>
#include <vector>

#include "nn/blas.hpp"
#include "nn/parallel.hpp"
#include "nn/record.hpp"

namespace trainer::nn {
namespace {

// grad [out] += column sums of g [T,out]; each thread sums its rows into its own buffer.
void add_bias_grad(const at::Tensor& g, const at::Tensor& grad) {
  const std::int64_t rows = g.size(0);
  const std::int64_t columns = g.size(1);
  const int threads = at::get_num_threads();
  at::Tensor partial = at::zeros({threads, columns}, at::kFloat);
  auto* sums = partial.data_ptr<float>();
  with_type(g, [&]<class T>(T) {
    parallel_rows(rows, 64, [&](cpu::RowRange range) {
      cpu::kernels().rows<T>().column_sum(data<T>(g), columns, range,
                                          sums + at::get_thread_num() * columns);
    });
  });
  auto* to = grad.data_ptr<float>();
  for (int t = 0; t < threads; ++t) {
    for (std::int64_t c = 0; c < columns; ++c) to[c] += sums[t * columns + c];
  }
}

struct LinearBackward : BackwardNode {
  at::Tensor x;  // [T,in]; undefined where nothing reads it again
  LinearWeights weights;
  std::vector<LowRankPass> low_rank;

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    const at::Tensor g = gradients[0].contiguous();
    if (weights.weight.grad.defined()) add_outer_product(g, x, weights.weight.grad);
    if (weights.bias && weights.bias->grad.defined()) add_bias_grad(g, weights.bias->grad);
    at::Tensor d_x;
    if (should_compute_output(0))
      d_x = at::mm(g, g.scalar_type() == at::kFloat ? weights.weight.master : weights.weight.value);
    for (std::size_t i = 0; i < low_rank.size(); ++i)
      low_rank_backward(g, x, weights.low_rank[i], low_rank[i], d_x);
    return {d_x};
  }

  void release_variables() override {
    x.reset();
    low_rank.clear();
  }
};

Weight rows_of(const Weight& weight, std::int64_t begin, std::int64_t count) {
  const auto cut = [&](const at::Tensor& whole) {
    return whole.defined() ? whole.narrow(0, begin, count) : whole;
  };
  return {.master = cut(weight.master), .value = cut(weight.value), .grad = cut(weight.grad)};
}

at::Tensor grouped_linear(const at::Tensor& x, const LinearWeights& weights) {
  const std::int64_t in = x.size(1) / weights.groups;
  const std::int64_t out = weights.weight.master.size(0) / weights.groups;
  std::vector<at::Tensor> parts;
  for (std::int64_t g = 0; g < weights.groups; ++g) {
    LinearWeights own{.weight = rows_of(weights.weight, g * out, out), .bias = {}};
    if (weights.bias) own.bias = rows_of(*weights.bias, g * out, out);
    parts.push_back(linear(x.narrow(1, g * in, in).contiguous(), own));
  }
  return at::cat(parts, 1);
}

}  // namespace

at::Tensor linear(const at::Tensor& x, const LinearWeights& weights) {
  if (weights.groups > 1) return grouped_linear(x, weights);
  const bool full = x.scalar_type() == at::kFloat;
  at::Tensor out;
  auto node = make_node<LinearBackward>();
  {
    at::NoGradGuard no_grad;
    out = at::linear(x, full ? weights.weight.master : weights.weight.value,
                     weights.bias ? std::optional(full ? weights.bias->master : weights.bias->value)
                                  : std::nullopt);
    for (const LowRank& addition : weights.low_rank)
      node->low_rank.push_back(add_low_rank(x, addition, out));
  }
  if (weights.weight.grad.defined() || !weights.low_rank.empty()) node->x = x.detach();
  node->weights = weights;
  return record(std::move(out), std::move(node), {x});
}

}  // namespace trainer::nn
