#include "nn/loss.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

namespace trainer::nn {
namespace {

at::Tensor logits_of(std::int64_t rows, std::int64_t columns) {
  at::manual_seed(3);
  return at::randn({rows, columns}).requires_grad_(true);
}

// The label smoother of transformers, on a mean.
TEST(CrossEntropy, SmoothedMeanIsThatOfTheLabelSmoother) {
  const at::Tensor logits = logits_of(4, 3);
  const std::vector<std::int64_t> labels = {0, 2, 2, 1};
  const at::Tensor costs = -at::log_softmax(logits.detach(), 1);
  double nll = 0;
  for (int i = 0; i < 4; ++i) nll += costs[i][labels[static_cast<std::size_t>(i)]].item<double>();
  const double expected = 0.8 * nll / 4 + 0.2 * costs.sum().item<double>() / (4 * 3);
  const CrossEntropy options{.label_smoothing = 0.2};
  const double sum = cross_entropy_sum(logits, labels, options).item<double>();
  EXPECT_NEAR(sum / cross_entropy_weight(labels, options), expected, 1e-6);
}

TEST(CrossEntropy, WeightedMeanIsTorchs) {
  const at::Tensor logits = logits_of(5, 2);
  const std::vector<std::int64_t> labels = {0, 1, 1, 0, 1};
  for (const double smoothing : {0.0, 0.1}) {
    const CrossEntropy options{.label_smoothing = smoothing, .class_weights = {0.5F, 2.0F}};
    const at::Tensor expected =
        at::cross_entropy_loss(logits, at::tensor(at::ArrayRef<std::int64_t>(labels)),
                               at::tensor({0.5F, 2.0F}), at::Reduction::Mean, -100, smoothing);
    EXPECT_NEAR(cross_entropy_sum(logits, labels, options).item<double>() /
                    cross_entropy_weight(labels, options),
                expected.item<double>(), 1e-6);
  }
}

TEST(BinaryCrossEntropy, EqualsTheFormulaAndHasItsGradient) {
  const at::Tensor logits = logits_of(2, 2);
  const std::vector<float> targets = {1, 0, 0.25F, 1};
  const at::Tensor loss = binary_cross_entropy_sum(logits, targets);
  torch::autograd::backward({loss}, {});
  const at::Tensor p = at::sigmoid(logits.detach());
  double expected = 0;
  for (int i = 0; i < 4; ++i) {
    const double t = static_cast<double>(targets[static_cast<std::size_t>(i)]);
    const double one = p.flatten()[i].item<double>();
    expected -= t * std::log(one) + (1 - t) * std::log(1 - one);
    EXPECT_NEAR(logits.grad().flatten()[i].item<double>(), one - t, 1e-6);
  }
  EXPECT_NEAR(loss.item<double>(), expected, 1e-5);
}

TEST(SquaredError, EqualsTheFormulaAndHasItsGradient) {
  const at::Tensor logits = logits_of(3, 1);
  const std::vector<float> targets = {1, -2, 0.5F};
  const at::Tensor loss = squared_error_sum(logits, targets);
  torch::autograd::backward({loss}, {});
  double expected = 0;
  for (int i = 0; i < 3; ++i) {
    const double d = logits.detach()[i][0].item<double>() -
                     static_cast<double>(targets[static_cast<std::size_t>(i)]);
    expected += d * d;
    EXPECT_NEAR(logits.grad()[i][0].item<double>(), 2 * d, 1e-6);
  }
  EXPECT_NEAR(loss.item<double>(), expected, 1e-5);
}

}  // namespace
}  // namespace trainer::nn
