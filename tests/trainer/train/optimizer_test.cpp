#include "train/optimizer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "config/error.hpp"
#include "trainer/train/optimizer_set.hpp"

namespace trainer::train {
namespace {

using test::optimizer_for;
using test::optimizer_set;
using testing::HasSubstr;

TEST(AdamW, EqualsLibtorchsFusedOptimizerWithClipping) {
  nn::ParameterSet set = optimizer_set();
  const auto ours = optimizer_for(set, {}, {.weight_decay = 0.05});
  std::vector<at::Tensor> p, m, v, steps;
  for (const nn::Parameter& parameter : set.parameters()) {
    p.push_back(set.master(parameter).clone());
    m.push_back(at::zeros_like(p.back()));
    v.push_back(at::zeros_like(p.back()));
    steps.push_back(at::zeros({}));
  }
  for (int step = 1; step <= 5; ++step) {
    set.grads().normal_();
    const double norm = set.grads().norm().item<double>();
    for (std::size_t i = 0; i < p.size(); ++i) {
      at::Tensor g = set.grad(set.parameters()[i]) * std::min(1.0, 1.0 / (norm + 1e-6));
      const double decay = i == 1 ? 0.0 : 0.05;
      steps[i] += 1;
      at::_fused_adamw_(at::TensorList(p[i]), at::TensorList(g), at::TensorList(m[i]),
                        at::TensorList(v[i]), {}, at::TensorList(steps[i]), 1e-2, 0.9, 0.999, decay,
                        1e-8, false, false);
    }
    EXPECT_NEAR(ours->step(1e-2), norm, 1e-5 * norm);
  }
  for (std::size_t i = 0; i < p.size(); ++i)
    EXPECT_LT((set.master(set.parameters()[i]) - p[i]).abs().max().item<double>(), 2e-6) << i;
  EXPECT_EQ(set.grads().abs().max().item<float>(), 0.0F);
}

// What transformers.Adafactor does to one tensor, written with tensors.
struct AdafactorReference {
  at::Tensor row, column, full;

  void step(at::Tensor& p, const at::Tensor& g, double t, double lr, double decay) {
    const double kept = 1.0 - std::pow(t, -0.8);
    const at::Tensor squares = g.square() + 1e-30;
    at::Tensor update;
    if (p.dim() >= 2) {
      if (!row.defined()) row = at::zeros_like(squares.mean(-1));
      if (!column.defined()) column = at::zeros_like(squares.mean(-2));
      row.mul_(kept).add_(squares.mean(-1), 1.0 - kept);
      column.mul_(kept).add_(squares.mean(-2), 1.0 - kept);
      update = (row / row.mean(-1, true)).rsqrt().unsqueeze(-1) * column.unsqueeze(-2).rsqrt() * g;
    } else {
      if (!full.defined()) full = at::zeros_like(g);
      full.mul_(kept).add_(squares, 1.0 - kept);
      update = full.rsqrt() * g;
    }
    const double rms = update.norm().item<double>() / std::sqrt(static_cast<double>(p.numel()));
    update = update * (lr / std::max(1.0, rms));
    p.sub_(p * (decay * lr)).sub_(update);
  }
};

TEST(Adafactor, EqualsTransformersFormulaAlsoForPartsOfOneTensor) {
  nn::ParameterSet set = optimizer_set();
  const auto ours = optimizer_for(set, {.kind = OptimizerKind::kAdafactor, .max_grad_norm = 0.0},
                                  {.weight_decay = 0.1});
  const auto& all = set.parameters();
  const auto joined = [&](bool grads) {  // parameters as the checkpoint has them
    const auto one = [&](std::size_t i) { return grads ? set.grad(all[i]) : set.master(all[i]); };
    return std::vector<at::Tensor>{one(0).clone(), one(1).clone(), at::cat({one(2), one(3)}),
                                   one(4).clone(), one(5).clone()};
  };
  std::vector<at::Tensor> expected = joined(false);
  std::vector<AdafactorReference> references(expected.size());
  for (int step = 1; step <= 4; ++step) {
    set.grads().normal_(0.0, 0.01 * step);
    const std::vector<at::Tensor> gradients = joined(true);
    for (std::size_t i = 0; i < expected.size(); ++i)
      references[i].step(expected[i], gradients[i], step, 0.02, i == 1 ? 0.0 : 0.1);
    ours->step(0.02);
  }
  const std::vector<at::Tensor> got = joined(false);
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_LT((got[i] - expected[i]).abs().max().item<double>(), 2e-6) << i;
}

TEST(Optimizer, AllRefreshTheBf16ShadowAndClearGradients) {
  for (const char* name : {"adamw_torch", "adafactor", "sgd", "lion_32bit"}) {
    nn::ParameterSet set = optimizer_set(nn::Compute::kBfloat16);
    const at::Tensor before = set.masters().clone();
    const auto optimizer = optimizer_for(set, {.kind = optimizer_from_name(name)});
    set.grads().normal_();
    optimizer->step(0.1);
    EXPECT_FALSE(at::equal(set.masters(), before)) << name;
    EXPECT_TRUE(at::equal(set.shadow(), set.masters().to(at::kBFloat16))) << name;
    EXPECT_EQ(set.grads().abs().max().item<float>(), 0.0F) << name;
  }
}

TEST(Optimizer, ChangesNothingWhenAGradientIsNotFinite) {
  nn::ParameterSet set = optimizer_set();
  const at::Tensor before = set.masters().clone();
  const auto optimizer = optimizer_for(set, {});
  set.grads()[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(std::isfinite(optimizer->step(0.1)));
  EXPECT_TRUE(at::equal(set.masters(), before));
}

TEST(Optimizer, FrozenParametersStayAndAreNotInTheNorm) {
  for (const char* name : {"adamw_torch", "adafactor", "sgd", "lion_32bit"}) {
    nn::ParameterSet set = optimizer_set();
    const auto optimizer = optimizer_for(set, {.kind = optimizer_from_name(name), .momentum = 0.9},
                                         {.frozen_layers = 1, .freeze_embeddings = true});
    const at::Tensor before = set.masters().clone();
    set.grads().fill_(2.0);
    EXPECT_NEAR(optimizer->step(0.1), 2.0 * std::sqrt(42.0 + 60.0), 1e-4) << name;
    for (std::size_t i = 0; i < 6; ++i) {
      const nn::Parameter& p = set.parameters()[i];
      EXPECT_EQ(at::equal(set.master(p), before.narrow(0, p.offset, p.size).view(p.spec.shape)),
                i < 4)
          << name << " " << p.spec.name;
    }
    EXPECT_EQ(set.grads().abs().max().item<float>(), 0.0F) << name;
    for (const Optimizer::Buffer& buffer : optimizer->state())
      EXPECT_LE(buffer.values.numel(), 102) << name;  // nothing is kept for frozen ones
  }
}

TEST(Optimizer, LayerwiseDecayScalesTheRate) {
  nn::ParameterSet set = optimizer_set();
  const at::Tensor before = set.masters().clone();
  const auto optimizer = optimizer_for(set, {.kind = OptimizerKind::kSgd, .max_grad_norm = 0.0},
                                       {.layerwise_decay = 0.5});
  set.grads().fill_(1.0);
  optimizer->step(1.0);
  const double expected[] = {0.125, 0.25, 0.25, 0.25, 0.5, 1.0};  // embeddings, two layers, head
  const at::Tensor moved = before - set.masters();
  for (std::size_t i = 0; i < 6; ++i) {
    const nn::Parameter& p = set.parameters()[i];
    EXPECT_NEAR(moved[p.offset].item<double>(), expected[i], 1e-6) << p.spec.name;
  }
}

TEST(Optimizer, WrongNamesAndArgumentsAreUsageErrors) {
  const auto refusal = [](const std::string& name, const std::string& arguments) -> std::string {
    try {
      OptimizerOptions options{.kind = optimizer_from_name(name)};
      read_arguments(options, {"--optim-args", arguments});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUsage);
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(refusal("adam", ""), HasSubstr("--optim 'adam' is not known; known are adamw_torch"));
  EXPECT_THAT(refusal("adafactor", "eps=1"), HasSubstr("adafactor knows no 'eps'"));
  EXPECT_THAT(refusal("sgd", "weight_decay=1"), HasSubstr("its decay is --weight-decay"));
  EXPECT_THAT(refusal("sgd", "momentum=-1"), HasSubstr("momentum=-1 is below 0"));
  EXPECT_THAT(refusal("sgd", "nesterov=true"), HasSubstr("needs a momentum"));
  EXPECT_THAT(refusal("sgd", "momentum=0.9,nesterov=maybe"), HasSubstr("neither true nor false"));
  EXPECT_EQ(refusal("sgd", "momentum=0.9, nesterov=True"), "");
}

}  // namespace
}  // namespace trainer::train
