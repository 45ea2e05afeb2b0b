#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

#include "config/error.hpp"
#include "nn/embedding.hpp"
#include "nn/linear.hpp"
#include "nn/norm.hpp"
#include "nn/parameter_set.hpp"
#include "trainer/nn/layer_support.hpp"

// Each hand-written layer against the same formula in plain ATen operators and autograd.
namespace trainer::nn {
namespace {

using test::distance;
using test::factors;
using test::Gradients;
using test::leaf;
using test::place_of;
using test::run;

// A set with one linear layer, one norm and one table.
ParameterSet small_set() {
  std::vector<ParameterSpec> specs;
  const auto add = [&](const char* name, std::vector<std::int64_t> shape) {
    ParameterSpec spec;
    spec.name = spec.stored_name = name;
    spec.shape = std::move(shape);
    specs.push_back(spec);
  };
  add("linear.weight", {7, 20});
  add("linear.bias", {7});
  add("norm.weight", {20});
  add("norm.bias", {20});
  add("table.weight", {11, 20});
  ParameterSet set(specs, Compute::kFloat32, Purpose::kTrain);
  set.masters().normal_();
  return set;
}

at::Tensor copy_leaf(const Weight& weight) {
  return weight.master.detach().clone().set_requires_grad(true);
}

TEST(LinearTest, EqualsAutogradAndAddsToGradients) {
  at::manual_seed(4);
  ParameterSet set = small_set();
  const LinearWeights weights{set.weight("linear.weight"), set.weight("linear.bias")};
  const at::Tensor x = leaf({130, 20});
  const at::Tensor w = copy_leaf(weights.weight);
  const at::Tensor b = copy_leaf(*weights.bias);
  const at::Tensor upstream = at::randn({130, 7});
  const Gradients ours = run(linear(x, weights), {x}, upstream);
  const Gradients theirs = run(at::linear(x, w, b), {x, w, b}, upstream);
  EXPECT_LT(distance(ours.inputs[0], theirs.inputs[0]), 1e-5);
  EXPECT_LT(distance(weights.weight.grad, theirs.inputs[1]), 1e-5);
  EXPECT_LT(distance(weights.bias->grad, theirs.inputs[2]), 1e-5);
  run(linear(x, weights), {x}, upstream);
  EXPECT_LT(distance(weights.weight.grad, 2 * theirs.inputs[1]), 1e-5);
}

TEST(AddNormTest, EqualsAutogradWithDropoutAndResidual) {
  at::manual_seed(5);
  ParameterSet set = small_set();
  const NormWeights weights{
      .gamma = set.weight("norm.weight"), .beta = set.weight("norm.bias"), .eps = 1e-5};
  const at::Tensor x = leaf({70, 20});
  const at::Tensor residual = leaf({70, 20});
  const at::Tensor gamma = copy_leaf(weights.gamma);
  const at::Tensor beta = copy_leaf(*weights.beta);
  const cpu::DropoutPlace place = place_of(0.25);
  const at::Tensor upstream = at::randn({70, 20});
  const Gradients ours = run(add_norm(x, residual, weights, place), {x, residual}, upstream);
  const Gradients theirs =
      run(at::layer_norm(residual + x * factors(place, 70, 20), {20}, gamma, beta, 1e-5),
          {x, residual, gamma, beta}, upstream);
  EXPECT_LT(distance(ours.out, theirs.out), 1e-5);
  EXPECT_LT(distance(ours.inputs[0], theirs.inputs[0]), 1e-5);
  EXPECT_LT(distance(ours.inputs[1], theirs.inputs[1]), 1e-5);
  EXPECT_LT(distance(weights.gamma.grad, theirs.inputs[2]), 1e-5);
  EXPECT_LT(distance(weights.beta->grad, theirs.inputs[3]), 1e-5);
}

// RMSNorm and the sum beside it, with gradients that come in through both.
TEST(AddThenNormTest, EqualsAutogradThroughNormAndSum) {
  for (const NormKind kind : {NormKind::kLayer, NormKind::kRms, NormKind::kRmsPlusOne}) {
    at::manual_seed(6);
    ParameterSet set = small_set();
    NormWeights weights{.gamma = set.weight("norm.weight"), .beta = {}, .eps = 1e-5, .kind = kind};
    const at::Tensor x = leaf({70, 20});
    const at::Tensor residual = leaf({70, 20});
    const at::Tensor gamma = copy_leaf(weights.gamma);
    const cpu::DropoutPlace place = place_of(0.25);
    const at::Tensor upstream = at::randn({70, 40});
    const SumAndNorm made = add_then_norm(x, residual, weights, place);
    const Gradients ours = run(at::cat({made.sum, made.norm}, 1), {x, residual}, upstream);
    const at::Tensor sum = residual + x * factors(place, 70, 20);
    const at::Tensor factor = kind == NormKind::kRmsPlusOne ? gamma + 1.0 : gamma;
    const at::Tensor norm = kind == NormKind::kLayer
                                ? at::layer_norm(sum, {20}, factor, {}, 1e-5)
                                : sum * at::rsqrt(sum.square().mean(1, true) + 1e-5) * factor;
    const Gradients theirs = run(at::cat({sum, norm}, 1), {x, residual, gamma}, upstream);
    EXPECT_LT(distance(ours.out, theirs.out), 1e-5);
    EXPECT_LT(distance(ours.inputs[0], theirs.inputs[0]), 1e-5);
    EXPECT_LT(distance(ours.inputs[1], theirs.inputs[1]), 1e-5);
    EXPECT_LT(distance(weights.gamma.grad, theirs.inputs[2]), 1e-5);
  }
}

TEST(AddThenNormTest, SumAloneMayBeRead) {
  ParameterSet set = small_set();
  const NormWeights weights{.gamma = set.weight("norm.weight"), .beta = {}, .kind = NormKind::kRms};
  const at::Tensor x = leaf({5, 20});
  const Gradients ours = run(add_then_norm(x, {}, weights, {}).sum, {x}, at::ones({5, 20}));
  EXPECT_TRUE(at::equal(ours.inputs[0], at::ones({5, 20})));
}

TEST(DropoutTest, BackwardDropsTheSameElements) {
  const at::Tensor x = leaf({40, 30});
  const cpu::DropoutPlace place = place_of(0.5);
  const Gradients ours = run(dropout(x, place), {x}, at::ones({40, 30}));
  EXPECT_LT(distance(ours.inputs[0], factors(place, 40, 30)), 1e-6);
}

TEST(EmbedTest, AddsGradientsToTheRowsTaken) {
  ParameterSet set = small_set();
  const Weight table = set.weight("table.weight");
  const std::vector<std::int32_t> rows = {3, 3, 10};
  const at::Tensor out = embed({{table, rows}}, 3, Compute::kFloat32);
  EXPECT_LT(distance(out.detach(), table.master.index_select(0, at::tensor({3, 3, 10}))), 1e-6);
  torch::autograd::backward({out.sum()}, {});
  EXPECT_EQ(table.grad[3][0].item<float>(), 2.0F);
  EXPECT_EQ(table.grad[10][19].item<float>(), 1.0F);
  EXPECT_EQ(table.grad.sum().item<float>(), 60.0F);
}

TEST(EmbedTest, RefusesAnIdOutsideTheTable) {
  ParameterSet set = small_set();
  const std::vector<std::int32_t> rows = {11};
  EXPECT_THROW(embed({{set.weight("table.weight"), rows}}, 1, Compute::kFloat32), Error);
}

TEST(ParameterSetTest, StackedRefusesWhatDoesNotLieTogether) {
  ParameterSet set = small_set();
  EXPECT_THROW(set.stacked(std::vector<std::string>{"linear.weight", "norm.weight"}), Error);
}

}  // namespace
}  // namespace trainer::nn
