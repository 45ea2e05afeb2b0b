#include "nn/norm.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>

#include "nn/parallel.hpp"
#include "nn/record.hpp"

namespace trainer::nn {
namespace {

constexpr std::int64_t kRowGrain = 32;

void add_to(const float* partial, std::int64_t parts, const at::Tensor& grad) {
  auto* to = grad.data_ptr<float>();
  const std::int64_t columns = grad.numel();
  for (std::int64_t p = 0; p < parts; ++p) {
    for (std::int64_t c = 0; c < columns; ++c) to[c] += partial[p * columns + c];
  }
}

bool is_layer(const NormWeights& weights) { return weights.kind == NormKind::kLayer; }
float gamma_offset(const NormWeights& weights) {
  return weights.kind == NormKind::kRmsPlusOne ? 1.0F : 0.0F;
}
const float* beta_of(const NormWeights& weights) {
  return weights.beta ? weights.beta->master.const_data_ptr<float>() : nullptr;
}

// Its outputs are the norm and, where asked for, the sum.
struct AddNormBackward : BackwardNode {
  at::Tensor sum;   // [T,H]
  at::Tensor mean;  // [T]
  at::Tensor rstd;  // [T]
  NormWeights weights;
  cpu::DropoutPlace place;

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    const bool carried = gradients.size() > 1 && gradients[1].defined();
    if (!gradients[0].defined()) return carry_alone(carried ? gradients[1] : at::Tensor());
    const at::Tensor g = gradients[0].contiguous();
    const at::Tensor carry = carried ? gradients[1].contiguous() : at::Tensor();
    const bool dropped = place.threshold != 0;
    at::Tensor d_sum = at::empty_like(g);
    at::Tensor d_x = dropped ? at::empty_like(g) : d_sum;
    with_type(g, [&]<class T>(T) { run<T>(g, carry, d_sum, dropped ? d_x : at::Tensor()); });
    return {d_x, d_sum};
  }

  void release_variables() override {
    sum.reset();
    mean.reset();
    rstd.reset();
  }

 private:
  torch::autograd::variable_list carry_alone(const at::Tensor& carry);

  template <class T>
  void run(const at::Tensor& g, const at::Tensor& carry, const at::Tensor& d_sum,
           const at::Tensor& d_x) {
    const std::int64_t columns = g.size(1);
    const int threads = at::get_num_threads();
    const bool wants_beta = weights.beta.has_value();
    at::Tensor partial = at::zeros({2, threads, columns}, at::kFloat);
    const auto& kernels = cpu::kernels().rows<T>();
    const auto backward =
        is_layer(weights) ? kernels.add_norm_backward : kernels.add_rms_norm_backward;
    parallel_rows(g.size(0), kRowGrain, [&](cpu::RowRange range) {
      float* d_gamma = partial.data_ptr<float>() + at::get_thread_num() * columns;
      backward({.d_y = data<T>(g),
                .d_carry = carry.defined() ? data<T>(carry) : nullptr,
                .sum = data<T>(sum),
                .mean = mean.defined() ? mean.data_ptr<float>() : nullptr,
                .rstd = rstd.data_ptr<float>(),
                .gamma = weights.gamma.master.template data_ptr<float>(),
                .d_sum = data<T>(d_sum),
                .d_x = d_x.defined() ? data<T>(d_x) : nullptr,
                .d_gamma = d_gamma,
                .d_beta = wants_beta ? d_gamma + threads * columns : nullptr,
                .columns = columns,
                .gamma_offset = gamma_offset(weights),
                .place = place},
               range);
    });
    if (weights.gamma.grad.defined())
      add_to(partial.data_ptr<float>(), threads, weights.gamma.grad);
    if (wants_beta && weights.beta->grad.defined())
      add_to(partial.data_ptr<float>() + threads * columns, threads, weights.beta->grad);
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
    parallel_rows(from.size(0), kRowGrain, [&](cpu::RowRange range) {
      cpu::kernels().rows<T>().dropout(
          {.x = data<T>(from), .y = data<T>(y), .columns = from.size(1), .place = place}, range);
    });
  });
  return y;
}

torch::autograd::variable_list DropoutBackward::apply(torch::autograd::variable_list&& gradients) {
  return {drop(gradients[0], place)};
}

torch::autograd::variable_list AddNormBackward::carry_alone(const at::Tensor& carry) {
  if (!carry.defined()) return {at::Tensor(), at::Tensor()};
  return {place.threshold == 0 ? carry : drop(carry, place), carry};
}

// The norm; leaves in `node` what backward needs.
template <class NodePointer>
at::Tensor forward(const at::Tensor& x, const at::Tensor& residual, const NodePointer& node) {
  at::NoGradGuard no_grad;
  const NormWeights& weights = node->weights;
  const std::int64_t rows = x.size(0);
  const at::Tensor from = x.contiguous();
  const at::Tensor kept = residual.defined() ? residual.contiguous() : residual;
  at::Tensor y = at::empty_like(from);
  node->sum = at::empty_like(from);
  if (is_layer(weights)) node->mean = at::empty({rows}, at::kFloat);
  node->rstd = at::empty({rows}, at::kFloat);
  with_type(from, [&]<class T>(T) {
    const auto& kernels = cpu::kernels().rows<T>();
    const auto run = is_layer(weights) ? kernels.add_norm : kernels.add_rms_norm;
    parallel_rows(rows, kRowGrain, [&](cpu::RowRange range) {
      run({.x = data<T>(from),
           .residual = kept.defined() ? data<T>(kept) : nullptr,
           .gamma = weights.gamma.master.template data_ptr<float>(),
           .beta = beta_of(weights),
           .sum = data<T>(node->sum),
           .y = data<T>(y),
           .mean = node->mean.defined() ? node->mean.template data_ptr<float>() : nullptr,
           .rstd = node->rstd.template data_ptr<float>(),
           .columns = x.size(1),
           .gamma_offset = gamma_offset(weights),
           .eps = static_cast<float>(weights.eps),
           .place = node->place},
          range);
    });
  });
  return y;
}

}  // namespace

at::Tensor add_norm(const at::Tensor& x, const at::Tensor& residual, const NormWeights& weights,
                    const cpu::DropoutPlace& place) {
  auto node = make_node<AddNormBackward>();
  node->weights = weights;
  node->place = place;
  at::Tensor y = forward(x, residual, node);
  return record(std::move(y), std::move(node), {x, residual});
}

SumAndNorm add_then_norm(const at::Tensor& x, const at::Tensor& residual,
                         const NormWeights& weights, const cpu::DropoutPlace& place) {
  auto node = make_node<AddNormBackward>();
  node->weights = weights;
  node->place = place;
  at::Tensor y = forward(x, residual, node);
  // A tensor of its own beside what backward keeps, so that the node does not own its own output.
  at::Tensor sum = node->sum.detach();
  y = record(std::move(y), node, {x, residual});
  if (y.requires_grad()) torch::autograd::set_history(sum, node);
  return {std::move(sum), std::move(y)};
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
