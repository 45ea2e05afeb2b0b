#include "train/optimizer.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace trainer::train {
namespace {

nn::ParameterSet a_set(nn::Compute compute) {
  std::vector<nn::ParameterSpec> specs(3);
  specs[0] = {.name = "a", .stored_name = "a", .shape = {50, 40}};
  specs[1] = {.name = "b", .stored_name = "b", .shape = {33}, .decay = nn::Decay::kNo};
  specs[2] = {.name = "c", .stored_name = "c", .shape = {70, 3}};
  nn::ParameterSet set(specs, compute, nn::Purpose::kTrain);
  set.masters().normal_();
  set.refresh_shadow();
  return set;
}

TEST(AdamW, EqualsLibtorchsFusedOptimizerWithClipping) {
  at::manual_seed(1);
  nn::ParameterSet set = a_set(nn::Compute::kFloat32);
  AdamW ours(set, {.weight_decay = 0.05, .max_grad_norm = 1.0});
  std::vector<at::Tensor> p, m, v, steps;
  for (const nn::Parameter& parameter : set.parameters()) {
    p.push_back(set.master(parameter).clone());
    m.push_back(at::zeros_like(p.back()));
    v.push_back(at::zeros_like(p.back()));
    steps.push_back(at::zeros({}));
  }
  for (int step = 1; step <= 5; ++step) {
    set.grads().normal_();
    std::vector<at::Tensor> g;
    for (const nn::Parameter& parameter : set.parameters())
      g.push_back(set.grad(parameter).clone());
    const double norm =
        at::cat({g[0].flatten(), g[1].flatten(), g[2].flatten()}).norm().item<double>();
    for (at::Tensor& x : g) x.mul_(std::min(1.0, 1.0 / (norm + 1e-6)));
    for (std::size_t i = 0; i < p.size(); ++i) {
      const double decay = i == 1 ? 0.0 : 0.05;
      steps[i] += 1;
      at::_fused_adamw_(at::TensorList(p[i]), at::TensorList(g[i]), at::TensorList(m[i]),
                        at::TensorList(v[i]), {}, at::TensorList(steps[i]), 1e-2, 0.9, 0.999, decay,
                        1e-8, false, false);
    }
    EXPECT_NEAR(ours.step(1e-2), norm, 1e-5 * norm);
  }
  for (std::size_t i = 0; i < p.size(); ++i) {
    EXPECT_LT((set.master(set.parameters()[i]) - p[i]).abs().max().item<double>(), 2e-6) << i;
  }
  EXPECT_EQ(set.grads().abs().max().item<float>(), 0.0F);
}

TEST(AdamW, RefreshesTheBf16Shadow) {
  nn::ParameterSet set = a_set(nn::Compute::kBfloat16);
  AdamW optimizer(set, {});
  set.grads().fill_(1.0);
  optimizer.step(0.1);
  EXPECT_TRUE(at::equal(set.shadow(), set.masters().to(at::kBFloat16)));
}

TEST(AdamW, ChangesNothingWhenAGradientIsNotFinite) {
  nn::ParameterSet set = a_set(nn::Compute::kFloat32);
  const at::Tensor before = set.masters().clone();
  AdamW optimizer(set, {});
  set.grads()[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(std::isfinite(optimizer.step(0.1)));
  EXPECT_TRUE(at::equal(set.masters(), before));
}

}  // namespace
}  // namespace trainer::train
