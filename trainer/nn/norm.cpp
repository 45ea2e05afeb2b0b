#include "nn/norm.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>

#include "nn/parallel.hpp"
#include "nn/record.hpp"

namespace trainer::nn {
namespace {

constexpr std::int64_t kGrain = 32;  // rows

void add_to(const float* partial, std::int64_t parts, const at::Tensor& grad) {
  auto* to = grad.data_ptr<float>();
  const std::int64_t columns = grad.numel();
  for (std::int64_t p = 0; p < parts; ++p) {
    for (std::int64_t c = 0; c < columns; ++c) to[c] += partial[p * columns + c];
  }
}

struct AddNormBackward : BackwardNode {
  at::Tensor sum;   // [T,H]
  at::Tensor mean;  // [T]
  at::Tensor rstd;  // [T]
  NormWeights weights;
  cpu::DropoutPlace place;

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    const at::Tensor g = gradients[0].contiguous();
    const std::int64_t columns = g.size(1);
    const int threads = at::get_num_threads();
    const bool dropped = place.threshold != 0;
    at::Tensor d_sum = at::empty_like(g);
    at::Tensor d_x = dropped ? at::empty_like(g) : d_sum;
    at::Tensor partial = at::zeros({2, threads, columns}, at::kFloat);
    with_type(g, [&]<class T>(T) {
      parallel_rows(g.size(0), kGrain, [&](cpu::RowRange range) {
        float* d_gamma = partial.data_ptr<float>() + at::get_thread_num() * columns;
        cpu::kernels().rows<T>().add_norm_backward(
            {.d_y = data<T>(g),
             .sum = data<T>(sum),
             .mean = mean.data_ptr<float>(),
             .rstd = rstd.data_ptr<float>(),
             .gamma = weights.gamma.master.template data_ptr<float>(),
             .d_sum = data<T>(d_sum),
             .d_x = dropped ? data<T>(d_x) : nullptr,
             .d_gamma = d_gamma,
             .d_beta = d_gamma + threads * columns,
             .columns = columns,
             .place = place},
            range);
      });
    });
    add_to(partial.data_ptr<float>(), threads, weights.gamma.grad);
    add_to(partial.data_ptr<float>() + threads * columns, threads, weights.beta.grad);
    return {d_x, d_sum};
  }

  void release_variables() override {
    sum.reset();
    mean.reset();
    rstd.reset();
  }
};

struct DropoutBackward : BackwardNode {
  cpu::DropoutPlace place;

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override;
};

at::Tensor drop(const at::Tensor& x, const cpu::DropoutPlace& place) {
  const at::Tensor from = x.contiguous();
  at::Tensor y = at::empty_like(from);
  with_type(from, [&]<class T>(T) {
    parallel_rows(from.size(0), kGrain, [&](cpu::RowRange range) {
      cpu::kernels().rows<T>().dropout(
          {.x = data<T>(from), .y = data<T>(y), .columns = from.size(1), .place = place}, range);
    });
  });
  return y;
}

torch::autograd::variable_list DropoutBackward::apply(torch::autograd::variable_list&& gradients) {
  return {drop(gradients[0], place)};
}

}  // namespace

at::Tensor add_norm(const at::Tensor& x, const at::Tensor& residual, const NormWeights& weights,
                    const cpu::DropoutPlace& place) {
  const std::int64_t rows = x.size(0);
  const std::int64_t columns = x.size(1);
  auto node = make_node<AddNormBackward>();
  at::Tensor y;
  {
    at::NoGradGuard no_grad;
    const at::Tensor from = x.contiguous();
    const at::Tensor kept = residual.defined() ? residual.contiguous() : residual;
    y = at::empty_like(from);
    node->sum = at::empty_like(from);
    node->mean = at::empty({rows}, at::kFloat);
    node->rstd = at::empty({rows}, at::kFloat);
    with_type(from, [&]<class T>(T) {
      parallel_rows(rows, kGrain, [&](cpu::RowRange range) {
        cpu::kernels().rows<T>().add_norm({.x = data<T>(from),
                                           .residual = kept.defined() ? data<T>(kept) : nullptr,
                                           .gamma = weights.gamma.master.template data_ptr<float>(),
                                           .beta = weights.beta.master.template data_ptr<float>(),
                                           .sum = data<T>(node->sum),
                                           .y = data<T>(y),
                                           .mean = node->mean.template data_ptr<float>(),
                                           .rstd = node->rstd.template data_ptr<float>(),
                                           .columns = columns,
                                           .eps = static_cast<float>(weights.eps),
                                           .place = place},
                                          range);
      });
    });
  }
  node->weights = weights;
  node->place = place;
  return record(std::move(y), std::move(node), {x, residual});
}

at::Tensor dropout(const at::Tensor& x, const cpu::DropoutPlace& place) {
  if (place.threshold == 0) return x;
  auto node = make_node<DropoutBackward>();
  node->place = place;
  at::Tensor y;
  {
    at::NoGradGuard no_grad;
    y = drop(x, place);
  }
  return record(std::move(y), std::move(node), {x});
}

}  // namespace trainer::nn
