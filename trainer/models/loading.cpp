#include "models/loading.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <cmath>
#include <set>
#include <utility>

#include "config/error.hpp"
#include "models/lora.hpp"
#include "models/model_types.hpp"
#include "models/stored_layout.hpp"

namespace trainer::models {
namespace {

at::ScalarType scalar_type(weights::DType dtype, const std::string& name) {
  switch (dtype) {
    case weights::DType::kF32:
      return at::kFloat;
    case weights::DType::kF16:
      return at::kHalf;
    case weights::DType::kBF16:
      return at::kBFloat16;
    case weights::DType::kF64:
      return at::kDouble;
    default:
      throw Error(ErrorCode::kInvalidInput, "tensor " + name + " is of type " +
                                                std::string(weights::name_of(dtype)) +
                                                ", not a floating-point type");
  }
}

// A tensor of the file as what it was.
at::Tensor read_tensor(const weights::TensorView& from, const StoredTensor& wanted) {
  // Through a buffer of its own: a tensor in a file need not be aligned.
  at::Tensor same =
      at::empty(wanted.shape, at::TensorOptions(scalar_type(from.dtype, wanted.name)));
  weights::copy_row_major(from, {static_cast<std::byte*>(same.mutable_data_ptr()), same.nbytes()});
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

// What an adapter's file gives each tensor that the adapter trains.
std::vector<PlannedTensor> plan_adapter(const std::vector<nn::ParameterSpec>& specs,
                                        const std::vector<nn::LowRankSpec>& low_rank,
                                        const weights::TensorFiles& tensors) {
  std::vector<PlannedTensor> plan;
  std::set<std::string> taken;
  for (StoredTensor& stored : stored_tensors(specs)) {
    const nn::ParameterSpec& spec = specs[stored.parts.front()];
    if (!of_adapter(spec)) continue;
    const std::string name = adapter_name(low_rank, spec);
    const auto found = tensors.tensors().find(name);
    if (found == tensors.tensors().end())
      throw Error(ErrorCode::kInvalidInput,
                  "the adapter lacks " + name + ", which its adapter_config.json means");
    if (found->second.shape != stored.shape) {
      throw Error(
          ErrorCode::kInvalidInput,
          fmt::format("the adapter's {} has shape [{}] but its adapter_config.json means [{}]",
                      name, fmt::join(found->second.shape, ","), fmt::join(stored.shape, ",")));
    }
    plan.push_back({.stored = std::move(stored), .from = &found->second});
    taken.insert(name);
  }
  for (const auto& [name, view] : tensors.tensors()) {
    if (taken.contains(name) || is_copy(name)) continue;
    throw Error(ErrorCode::kInvalidInput,
                "the adapter's " + name + " has no place in what its adapter_config.json means");
  }
  return plan;
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

std::int64_t stored_classes(const ModelType& type, const weights::TensorFiles& tensors,
                            const std::string& prefix) {
  std::string name;
  for (const StoredName& entry : type.head) {
    if (entry.ours == "head.out") name = prefix + std::string(entry.stored) + ".weight";
  }
  const auto found = tensors.tensors().find(name);
  if (found == tensors.tensors().end()) return 0;
  const std::vector<std::int64_t>& shape = found->second.shape;
  if (shape.size() != 2 || shape[0] < 1 || shape[0] > kMostClasses) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("tensor {} of shape [{}] is no head of 1 to {} classes", name,
                            fmt::join(shape, ","), kMostClasses));
  }
  return shape[0];
}

LoadReport load_weights(Classifier& model, const weights::TensorFiles& tensors) {
  at::NoGradGuard no_grad;
  nn::ParameterSet& set = model.parameters();
  LoadPlan plan = plan_load(*model.config().type, specs_of(set), tensors);
  check(plan.report);
  for (const PlannedTensor& planned : plan.tensors) {
    if (planned.from != nullptr) {
      unpack(planned.stored, read_tensor(*planned.from, planned.stored), set);
    } else {
      const nn::Parameter& first = set.parameters()[planned.stored.parts.front()];
      initialise(first.spec, model.config().initializer_range, set.master(first));
    }
  }
  draw_adapters(set);
  set.refresh_shadow();
  return std::move(plan.report);
}

void check_fit(const ClassifierConfig& config, const weights::TensorFiles& tensors,
               const std::optional<weights::TensorFiles>& adapter) {
  check(plan_load(config, tensors).report);
  if (!adapter) return;
  std::vector<nn::ParameterSpec> specs = classifier_parameters(config);
  const std::vector<nn::LowRankSpec> low_rank = add_lora(config.lora.value(), specs);
  plan_adapter(specs, low_rank, *adapter);
}

void load_adapter(Classifier& model, const weights::TensorFiles& tensors) {
  const at::NoGradGuard no_grad;
  nn::ParameterSet& set = model.parameters();
  for (const PlannedTensor& planned : plan_adapter(specs_of(set), set.low_rank(), tensors))
    unpack(planned.stored, read_tensor(*planned.from, planned.stored), set);
  set.refresh_shadow();
}

void load_saved(Classifier& model, const std::filesystem::path& directory) {
  if (model.config().lora) {
    load_adapter(model, weights::TensorFiles::open_safetensors(directory / kAdapterWeightsFile));
  } else {
    load_weights(model, weights::TensorFiles::open_model(directory));
  }
}

}  // namespace trainer::models
