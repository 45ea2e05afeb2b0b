#include "nn/token_windows.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

#include "nn/linear.hpp"
#include "nn/tracked_weight.hpp"
#include "trainer/nn/layer_support.hpp"

namespace trainer::nn {
namespace {

TEST(TokenWindows, EndAtTheirOwnText) {
  const at::Tensor x = at::arange(1, 6, at::kFloat).view({5, 1});
  const std::vector<std::int32_t> cu = {0, 2, 5};
  const at::Tensor windows = token_windows(x, cu, 3).squeeze(2);
  const at::Tensor wanted = at::tensor({0, 1, 2, 1, 2, 0, 0, 3, 4, 3, 4, 5, 4, 5, 0}, at::kFloat);
  EXPECT_TRUE(at::equal(windows.reshape({15}), wanted)) << windows;
}

Weight weight_of(const at::Tensor& values) {
  return {.master = values, .value = values, .grad = at::zeros_like(values)};
}

TEST(TrackedWeight, AddsItsGradientToWhatIsThere) {
  const Weight weight = weight_of(at::ones({3}));
  weight.grad.fill_(1.0);
  torch::autograd::backward({(tracked(weight) * 2.0).sum()}, {});
  EXPECT_TRUE(at::equal(weight.grad, at::full({3}, 3.0))) << weight.grad;
}

// A product of groups is one with a block-diagonal matrix.
TEST(GroupedLinear, EqualsABlockDiagonalProduct) {
  at::manual_seed(5);
  const at::Tensor x = test::leaf({7, 6});
  const LinearWeights weights{
      .weight = weight_of(at::randn({4, 3})), .bias = weight_of(at::randn({4})), .groups = 2};
  at::Tensor whole = at::zeros({4, 6});
  whole.narrow(0, 0, 2).narrow(1, 0, 3).copy_(weights.weight.master.narrow(0, 0, 2));
  whole.narrow(0, 2, 2).narrow(1, 3, 3).copy_(weights.weight.master.narrow(0, 2, 2));
  whole.set_requires_grad(true);
  const at::Tensor factors = at::randn({7, 4});
  const test::Gradients ours = test::run(linear(x, weights), {x}, factors);
  const test::Gradients theirs =
      test::run(at::linear(x, whole, weights.bias->master), {x, whole}, factors);
  EXPECT_LT(test::distance(ours.out, theirs.out), 1e-6);
  EXPECT_LT(test::distance(ours.inputs[0], theirs.inputs[0]), 1e-6);
  EXPECT_LT(test::distance(weights.weight.grad.narrow(0, 2, 2),
                           theirs.inputs[1].narrow(0, 2, 2).narrow(1, 3, 3)),
            1e-6);
}

}  // namespace
}  // namespace trainer::nn
