#include "nn/activation.hpp"

#include <ATen/ops/clamp.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/mish.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/square.h>
#include <ATen/ops/tanh.h>

#include <array>

#include "config/error.hpp"

namespace trainer::nn {
namespace {

struct Named {
  std::string_view name;
  Activation activation;
};

constexpr std::array kNames = {
    Named{"gelu", Activation::kGelu},
    Named{"gelu_python", Activation::kGelu},
    Named{"gelu_new", Activation::kGeluTanh},
    Named{"gelu_fast", Activation::kGeluTanh},
    Named{"gelu_pytorch_tanh", Activation::kGeluTanh},
    Named{"quick_gelu", Activation::kQuickGelu},
    Named{"relu", Activation::kRelu},
    Named{"tanh", Activation::kTanh},
    Named{"silu", Activation::kSilu},
    Named{"swish", Activation::kSilu},
    Named{"sigmoid", Activation::kSigmoid},
    Named{"gelu_10", Activation::kGelu10},
    Named{"relu2", Activation::kRelu2},
    Named{"mish", Activation::kMish},
    Named{"linear", Activation::kLinear},
};

}  // namespace

Activation activation_from_name(std::string_view name, std::string_view where) {
  std::string known;
  for (const Named& entry : kNames) {
    if (entry.name == name) return entry.activation;
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw Error(ErrorCode::kUnsupported, "config.json: " + std::string(where) + " '" +
                                           std::string(name) +
                                           "' is not supported; supported: " + known);
}

at::Tensor activate(Activation activation, const at::Tensor& x) {
  switch (activation) {
    case Activation::kGelu:
      return at::gelu(x, "none");
    case Activation::kGeluTanh:
      return at::gelu(x, "tanh");
    case Activation::kQuickGelu:
      return at::mul(x, at::sigmoid(at::mul(x, 1.702)));
    case Activation::kRelu:
      return at::relu(x);
    case Activation::kTanh:
      return at::tanh(x);
    case Activation::kSilu:
      return at::silu(x);
    case Activation::kSigmoid:
      return at::sigmoid(x);
    case Activation::kGelu10:
      return at::clamp(at::gelu(x, "none"), -10, 10);
    case Activation::kRelu2:
      return at::square(at::relu(x));
    case Activation::kMish:
      return at::mish(x);
    case Activation::kLinear:
      return x;
  }
  throw Error(ErrorCode::kInternal, "unknown activation");
}

}  // namespace trainer::nn
