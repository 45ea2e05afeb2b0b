#include "train/probabilities.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace trainer::train {
namespace {

// exp(x - top) of one row, where top is its highest logit.
struct Exponentials {
  double top = 0;
  double sum = 0;
  std::vector<double> values = {};
};

Exponentials exponentials(std::span<const float> logits) {
  Exponentials out{.top = static_cast<double>(*std::max_element(logits.begin(), logits.end()))};
  for (const float x : logits) {
    out.values.push_back(std::exp(static_cast<double>(x) - out.top));
    out.sum += out.values.back();
  }
  return out;
}

}  // namespace

std::vector<double> probabilities(std::span<const float> logits) {
  Exponentials e = exponentials(logits);
  for (double& p : e.values) p /= e.sum;
  return std::move(e.values);
}

std::vector<double> cross_entropies(std::span<const float> logits) {
  const Exponentials e = exponentials(logits);
  const double total = e.top + std::log(e.sum);
  std::vector<double> out;
  for (const float x : logits) out.push_back(total - static_cast<double>(x));
  return out;
}

double sigmoid(double logit) { return 1.0 / (1.0 + std::exp(-logit)); }

double binary_cross_entropy(double logit, double target) {
  return std::max(logit, 0.0) - logit * target + std::log1p(std::exp(-std::abs(logit)));
}

}  // namespace trainer::train
