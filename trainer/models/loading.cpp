#include "models/loading.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <map>
#include <set>

#include "config/error.hpp"
#include "models/lora.hpp"
#include "models/model_types.hpp"
#include "models/stored_layout.hpp"

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
      for (const StoredName& head : type.head) {
        if (name.starts_with(std::string(head.stored) + ".")) {
          names.erase(prefix + name);
          names[name] = &view;
        }
      }
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

// A tensor of the file as fp32 or what it was, of the shape that is wanted.
at::Tensor read_tensor(const hub::TensorView& from, const StoredTensor& wanted) {
  if (from.shape != wanted.shape) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("tensor {} has shape {} but config.json means {}", wanted.name,
                            text_of(from.shape), text_of(wanted.shape)));
  }
  // Through a buffer of its own: a tensor in a file need not be aligned.
  at::Tensor same =
      at::empty(wanted.shape, at::TensorOptions(scalar_type(from.dtype, wanted.name)));
  std::memcpy(same.mutable_data_ptr(), from.data.data(), from.data.size());
  return same;
}

// As torch.nn.init.trunc_normal_ draws: uniform numbers through the inverse error function.
void draw_truncated(at::Tensor to, double deviation, double cutoff) {
  const double edge = std::erf(cutoff / std::sqrt(2.0));
  to.uniform_(-edge, edge);
  to.erfinv_();
  to.mul_(deviation * std::sqrt(2.0));
  to.clamp_(-cutoff * deviation, cutoff * deviation);
}

void draw_sinusoids(const at::Tensor& to) {
  const std::int64_t half = to.size(1) / 2;
  auto* value = to.data_ptr<float>();
  for (std::int64_t row = 0; row < to.size(0); ++row, value += 2 * half) {
    for (std::int64_t i = 0; i < half; ++i) {
      const double angle = static_cast<double>(row) /
                           std::pow(10000.0, static_cast<double>(i) / static_cast<double>(half));
      value[i] = static_cast<float>(std::sin(angle));
      value[half + i] = static_cast<float>(std::cos(angle));
    }
  }
}

void draw_fan_in(const at::Tensor& to) {
  const double edge = 1.0 / std::sqrt(static_cast<double>(to.size(1)));
  to.uniform_(-edge, edge);
}

void initialise(const nn::ParameterSpec& spec, double initializer_range, at::Tensor to) {
  const double deviation = spec.deviation > 0.0 ? spec.deviation : initializer_range;
  switch (spec.init) {
    case nn::Init::kNormal:
      if (spec.cutoff > 0.0) {
        draw_truncated(to, deviation, spec.cutoff);
      } else {
        to.normal_(0.0, deviation);
      }
      return;
    case nn::Init::kZeros:
      to.zero_();
      return;
    case nn::Init::kOnes:
      to.fill_(1.0);
      return;
    case nn::Init::kSinusoids:
      draw_sinusoids(to);
      return;
    case nn::Init::kFanIn:
      draw_fan_in(to);
      return;
  }
}

// With bias "all" PEFT stores the biases of modules that are saved whole three times.
bool is_copy(const std::string& name) {
  return name.find(".original_module.") != std::string::npos ||
         name.find(".modules_to_save.") != std::string::npos;
}

// PEFT makes two linear modules, whose weights are drawn as well, and then draws A anew.
void draw_adapters(nn::ParameterSet& set) {
  const std::vector<StoredTensor> all = stored_tensors(set);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const nn::Parameter& a = set.parameters()[all[i].parts.front()];
    if (a.spec.role != nn::Role::kLowRankA) continue;
    const StoredTensor& b = all.at(i + 1);
    draw_fan_in(set.master(a));
    draw_fan_in(at::empty(b.shape, at::kFloat));
    draw_fan_in(set.master(a));
    for (const std::size_t part : b.parts) set.master(set.parameters()[part]).zero_();
  }
}

}  // namespace

std::int64_t stored_classes(const ModelType& type, const hub::Safetensors& tensors,
                            const std::string& prefix) {
  std::string name;
  for (const StoredName& entry : type.head) {
    if (entry.ours == "head.out") name = prefix + std::string(entry.stored) + ".weight";
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
  for (const StoredTensor& stored : stored_tensors(set)) {
    const nn::Parameter& first = set.parameters()[stored.parts.front()];
    if (of_low_rank(first.spec)) continue;
    const auto found = names.find(stored.name);
    if (found != names.end()) {
      unpack(stored, read_tensor(*found->second, stored), set);
      names.erase(found);
    } else if (first.spec.init == nn::Init::kSinusoids) {
      draw_sinusoids(set.master(first));
    } else if (first.spec.name.starts_with("head.") || first.spec.name.starts_with("idle.")) {
      initialise(first.spec, model.config().initializer_range, set.master(first));
      report.initialised.push_back(stored.name);
    } else {
      throw Error(ErrorCode::kInvalidInput,
                  "the weights lack " + stored.name + ", which config.json's model needs");
    }
  }
  draw_adapters(set);
  for (const auto& [name, view] : names) report.unused.push_back(name);
  set.refresh_shadow();
  return report;
}

void load_adapter(Classifier& model, const hub::Safetensors& tensors) {
  const at::NoGradGuard no_grad;
  nn::ParameterSet& set = model.parameters();
  std::set<std::string> taken;
  for (const StoredTensor& stored : stored_tensors(set)) {
    const nn::ParameterSpec& spec = set.parameters()[stored.parts.front()].spec;
    if (!of_adapter(spec)) continue;
    const std::string name = adapter_name(set, spec);
    const auto found = tensors.tensors().find(name);
    if (found == tensors.tensors().end())
      throw Error(ErrorCode::kInvalidInput,
                  "the adapter lacks " + name + ", which its adapter_config.json means");
    unpack(stored, read_tensor(found->second, stored), set);
    taken.insert(name);
  }
  for (const auto& [name, view] : tensors.tensors()) {
    if (taken.contains(name) || is_copy(name)) continue;
    throw Error(ErrorCode::kInvalidInput,
                "the adapter's " + name + " has no place in what its adapter_config.json means");
  }
  set.refresh_shadow();
}

void load_saved(Classifier& model, const std::filesystem::path& directory) {
  if (model.config().lora) {
    load_adapter(model, hub::Safetensors::open(directory / kAdapterWeightsFile));
  } else {
    load_weights(model, hub::Safetensors::open_model(directory));
  }
}

}  // namespace trainer::models
