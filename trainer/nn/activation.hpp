#pragma once

#include <ATen/core/TensorBody.h>

#include <string>
#include <string_view>

namespace trainer::nn {

// The activations that config.json names; formulas as transformers.activations has them.
enum class Activation {
  kGelu,
  kGeluTanh,
  kGelu10,  // clipped to [-10, 10]
  kQuickGelu,
  kRelu,
  kRelu2,  // squared
  kTanh,
  kSilu,
  kSigmoid,
  kMish,
  kLinear,  // none
};

// Throws Error(kUnsupported), listing the names it knows. `where` is the config's field, for the
// message.
Activation activation_from_name(std::string_view name, std::string_view where);

// Element by element; recorded by autograd.
at::Tensor activate(Activation activation, const at::Tensor& x);

}  // namespace trainer::nn
