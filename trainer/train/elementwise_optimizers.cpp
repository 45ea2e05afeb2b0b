#include "train/elementwise_optimizers.hpp"

#include <ATen/ops/zeros.h>

#include <cmath>

#include "nn/parallel.hpp"

namespace trainer::train {
namespace {

at::Tensor zeros(const std::vector<ParameterGroup>& groups) {
  return at::zeros({trained_size(groups)}, at::kFloat);
}

// Calls body(group, size) for the trained ones.
template <class Body>
void each_trained(const std::vector<ParameterGroup>& groups, Body&& body) {
  for (const ParameterGroup& group : groups) {
    if (group.treatment.trained) body(group, group.end - group.begin);
  }
}

}  // namespace

AdamW::AdamW(nn::ParameterSet& parameters, const OptimizerOptions& options,
             std::vector<ParameterGroup> groups)
    : Optimizer(parameters, options, std::move(groups)), m_(zeros(groups_)), v_(zeros(groups_)) {}

void AdamW::update(double learning_rate, float gradient_scale) {
  const auto t = static_cast<double>(steps());
  each_trained(groups_, [&](const ParameterGroup& group, std::int64_t size) {
    const nn::cpu::UpdateTarget to = target(group, learning_rate, gradient_scale);
    const nn::cpu::AdamWArgs args{
        .parameter = to.parameter,
        .gradient = to.gradient,
        .m = m_.data_ptr<float>() + group.state,
        .v = v_.data_ptr<float>() + group.state,
        .shadow = to.shadow,
        .gradient_scale = to.gradient_scale,
        .lr = to.lr,
        .beta1 = static_cast<float>(options_.beta1),
        .beta2 = static_cast<float>(options_.beta2),
        .eps = static_cast<float>(options_.eps),
        .weight_decay = to.weight_decay,
        .bias1 = static_cast<float>(1.0 - std::pow(options_.beta1, t)),
        .bias2_sqrt = static_cast<float>(std::sqrt(1.0 - std::pow(options_.beta2, t)))};
    nn::parallel_rows(size, nn::kElementGrain,
                      [&](nn::cpu::RowRange range) { nn::cpu::kernels().adamw(args, range); });
  });
}

Sgd::Sgd(nn::ParameterSet& parameters, const OptimizerOptions& options,
         std::vector<ParameterGroup> groups)
    : Optimizer(parameters, options, std::move(groups)) {
  if (options.momentum > 0) buffer_ = zeros(groups_);
}

std::vector<Optimizer::Buffer> Sgd::state() {
  if (!buffer_.defined()) return {};
  return {{"momentum", buffer_}};
}

void Sgd::update(double learning_rate, float gradient_scale) {
  each_trained(groups_, [&](const ParameterGroup& group, std::int64_t size) {
    const nn::cpu::SgdArgs args{
        .to = target(group, learning_rate, gradient_scale),
        .buffer = buffer_.defined() ? buffer_.data_ptr<float>() + group.state : nullptr,
        .momentum = static_cast<float>(options_.momentum),
        .dampening = static_cast<float>(options_.dampening),
        .nesterov = options_.nesterov,
        .first = steps() == 1};
    nn::parallel_rows(size, nn::kElementGrain, [&](nn::cpu::RowRange range) {
      nn::cpu::kernels().optimizers.sgd(args, range);
    });
  });
}

Lion::Lion(nn::ParameterSet& parameters, const OptimizerOptions& options,
           std::vector<ParameterGroup> groups)
    : Optimizer(parameters, options, std::move(groups)), m_(zeros(groups_)) {}

void Lion::update(double learning_rate, float gradient_scale) {
  each_trained(groups_, [&](const ParameterGroup& group, std::int64_t size) {
    const nn::cpu::LionArgs args{.to = target(group, learning_rate, gradient_scale),
                                 .m = m_.data_ptr<float>() + group.state,
                                 .beta1 = static_cast<float>(options_.beta1),
                                 .beta2 = static_cast<float>(options_.beta2)};
    nn::parallel_rows(size, nn::kElementGrain, [&](nn::cpu::RowRange range) {
      nn::cpu::kernels().optimizers.lion(args, range);
    });
  });
}

}  // namespace trainer::train
