#include "nn/kernels/cpu/optimizer_reference.hpp"

#include <cmath>

namespace trainer::nn::cpu {

Element adamw_reference(const AdamWArgs& args, Element e) {
  const double beta1 = args.beta1, beta2 = args.beta2, lr = args.lr;
  e.parameter *= 1.0 - lr * static_cast<double>(args.weight_decay);
  e.m = beta1 * e.m + (1.0 - beta1) * e.gradient;
  e.v = beta2 * e.v + (1.0 - beta2) * e.gradient * e.gradient;
  const double root =
      std::sqrt(e.v) / static_cast<double>(args.bias2_sqrt) + static_cast<double>(args.eps);
  e.parameter -= lr / static_cast<double>(args.bias1) * e.m / root;
  return e;
}

Element sgd_reference(const SgdArgs& args, Element e) {
  const double momentum = args.momentum;
  const double g = e.gradient + static_cast<double>(args.to.weight_decay) * e.parameter;
  double step = g;
  if (args.buffer) {
    e.m = args.first ? g : momentum * e.m + (1.0 - static_cast<double>(args.dampening)) * g;
    step = args.nesterov ? g + momentum * e.m : e.m;
  }
  e.parameter -= static_cast<double>(args.to.lr) * step;
  return e;
}

Element lion_reference(const LionArgs& args, Element e) {
  const double beta1 = args.beta1, beta2 = args.beta2, lr = args.to.lr;
  const double direction = beta1 * e.m + (1.0 - beta1) * e.gradient;
  e.parameter *= 1.0 - lr * static_cast<double>(args.to.weight_decay);
  e.parameter -= lr * static_cast<double>((direction > 0.0) - (direction < 0.0));
  e.m = beta2 * e.m + (1.0 - beta2) * e.gradient;
  return e;
}

}  // namespace trainer::nn::cpu
