#include "models/loading.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <cstring>
#include <map>

#include "config/error.hpp"
#include "models/model_types.hpp"

namespace trainer::models {
namespace {

using Names = std::map<std::string, const hub::TensorView*, std::less<>>;

bool replace_suffix(std::string& name, std::string_view from, std::string_view to) {
  if (!name.ends_with(from)) return false;
  name.replace(name.size() - from.size(), from.size(), to);
  return true;
}

// The checkpoint's tensors under the names a classifier of this type would have stored them.
Names stored_names(const ModelType& type, const hub::Safetensors& tensors) {
  const std::string prefix = std::string(type.base_prefix) + ".";
  bool prefixed = false;
  for (const auto& [name, view] : tensors.tensors())
    prefixed = prefixed || name.starts_with(prefix);
  Names names;
  for (const auto& [name, view] : tensors.tensors()) {
    std::string stored = prefixed ? name : prefix + name;
    if (!replace_suffix(stored, "LayerNorm.gamma", "LayerNorm.weight")) {
      replace_suffix(stored, "LayerNorm.beta", "LayerNorm.bias");
    }
    names.emplace(std::move(stored), &view);
  }
  // A head stored beside a bare model would have been prefixed by mistake.
  if (!prefixed) {
    for (const auto& [name, view] : tensors.tensors()) {
      if (name.starts_with("classifier") || name.starts_with("pre_classifier")) names[name] = &view;
    }
  }
  return names;
}

at::ScalarType scalar_type(hub::DType dtype, const std::string& name) {
  switch (dtype) {
    case hub::DType::kF32:
      return at::kFloat;
    case hub::DType::kF16:
      return at::kHalf;
    case hub::DType::kBF16:
      return at::kBFloat16;
    case hub::DType::kF64:
      return at::kDouble;
    default:
      throw Error(ErrorCode::kInvalidInput, "tensor " + name + " is of type " +
                                                std::string(hub::name_of(dtype)) +
                                                ", not a floating-point type");
  }
}

std::string text_of(const std::vector<std::int64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ","));
}

void copy_tensor(const hub::TensorView& from, const std::string& name, at::Tensor to) {
  if (from.shape != to.sizes().vec()) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("tensor {} has shape {} but config.json means {}", name,
                            text_of(from.shape), text_of(to.sizes().vec())));
  }
  // Through a buffer of its own: a tensor in a file need not be aligned.
  at::Tensor same = at::empty(to.sizes(), at::TensorOptions(scalar_type(from.dtype, name)));
  std::memcpy(same.mutable_data_ptr(), from.data.data(), from.data.size());
  to.copy_(same);
}

void initialise(const nn::ParameterSpec& spec, double deviation, at::Tensor to) {
  switch (spec.init) {
    case nn::Init::kNormal:
      to.normal_(0.0, deviation);
      return;
    case nn::Init::kZeros:
      to.zero_();
      return;
    case nn::Init::kOnes:
      to.fill_(1.0);
      return;
  }
}

}  // namespace

std::int64_t stored_classes(const ModelType& type, const hub::Safetensors& tensors) {
  std::string name;
  for (const StoredName& entry : type.head) {
    if (entry.ours == "head.out") name = std::string(entry.stored) + ".weight";
  }
  const auto found = tensors.tensors().find(name);
  return found == tensors.tensors().end() || found->second.shape.empty() ? 0
                                                                         : found->second.shape[0];
}

LoadReport load_weights(Classifier& model, const hub::Safetensors& tensors) {
  at::NoGradGuard no_grad;
  LoadReport report;
  Names names = stored_names(*model.config().type, tensors);
  nn::ParameterSet& set = model.parameters();
  for (const nn::Parameter& parameter : set.parameters()) {
    const std::string& name = parameter.spec.stored_name;
    const auto found = names.find(name);
    if (found != names.end()) {
      copy_tensor(*found->second, name, set.master(parameter));
      names.erase(found);
    } else if (parameter.spec.name.starts_with("head.")) {
      initialise(parameter.spec, model.config().initializer_range, set.master(parameter));
      report.initialised.push_back(name);
    } else {
      throw Error(ErrorCode::kInvalidInput,
                  "the weights lack " + name + ", which config.json's model needs");
    }
  }
  for (const auto& [name, view] : names) report.unused.push_back(name);
  set.refresh_shadow();
  return report;
}

}  // namespace trainer::models
