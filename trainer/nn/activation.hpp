#pragma once

#include <ATen/core/TensorBody.h>

#include <string>
#include <string_view>

namespace trainer::nn {

// The activations that config.json names; formulas as transformers.activations has them.
enum class Activation { kGelu, kGeluTanh, kQuickGelu, kRelu, kTanh, kSilu, kSigmoid };

// Throws Error(kUnsupported), listing the names it knows. `where` is the config's field, for the
// message.
Activation activation_from_name(std::string_view name, std::string_view where);

// Element by element; recorded by autograd.
at::Tensor activate(Activation activation, const at::Tensor& x);

}  // namespace trainer::nn
