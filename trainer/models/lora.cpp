#include "models/lora.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/mm.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "config/error.hpp"
#include "models/classifier.hpp"
#include "models/lora_targets.hpp"
#include "models/model_types.hpp"

namespace trainer::models {
namespace {

using Specs = std::vector<nn::ParameterSpec>;
constexpr std::string_view kWeight = ".weight";

// "bert.pooler.dense.weight" -> "bert.pooler.dense"
std::string module_of(const std::string& parameter) {
  return parameter.substr(0, parameter.rfind('.'));
}

bool is_linear(const nn::ParameterSpec& spec) {
  return spec.role == nn::Role::kMatrix && spec.layout.heads == 1 &&
         spec.stored_name.ends_with(kWeight);
}

// Whether a parameter, or a module around it, has a name that ends in one of these.
bool is_saved(const std::string& stored_name, const std::vector<std::string>& saved) {
  for (std::string module = module_of(stored_name);; module = module_of(module)) {
    for (const std::string& end : saved)
      if (module.ends_with(end)) return true;
    if (module.find('.') == std::string::npos) return false;
  }
}

// "query, key, value, …": the last words of the names, which are what people give.
std::string listed(const std::vector<std::string>& modules) {
  std::vector<std::string> words;
  for (const std::string& module : modules) {
    const std::string word = module.substr(module.rfind('.') + 1);
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
  }
  return fmt::format("{} (or a longer end of a name, as {}; or {})", fmt::join(words, ", "),
                     modules.front(), kAllLinear);
}

// The head's own name joins PEFT's two where neither of them is in the model.
void add_head(const ClassifierConfig& config, const Specs& specs, std::vector<std::string>& saved) {
  const auto out = std::find_if(specs.begin(), specs.end(), [](const nn::ParameterSpec& spec) {
    return spec.name == "head.out.weight";
  });
  if (out == specs.end() || is_saved(out->stored_name, saved)) return;
  const std::string body = std::string(config.type->base_prefix) + ".";
  for (const nn::ParameterSpec& spec : specs) {
    if (!spec.name.starts_with("head.") || spec.stored_name.starts_with(body)) continue;
    const std::string top = spec.stored_name.substr(0, spec.stored_name.find('.'));
    if (std::find(saved.begin(), saved.end(), top) == saved.end()) saved.push_back(top);
  }
}

// Parameters of one parent and kind ("layer.0.attention.#.bias") that lie side by side may be read
// as one tensor, and then all of them have gradients, or none.
std::string family(const std::string& name) {
  return module_of(module_of(name)) + name.substr(name.rfind('.'));
}

void keep_neighbours(Specs& specs) {
  for (std::size_t begin = 0; begin < specs.size();) {
    std::size_t end = begin;
    bool trained = false;
    for (; end < specs.size() && family(specs[end].name) == family(specs[begin].name); ++end)
      trained = trained || specs[end].gradient == nn::Gradient::kTrained;
    for (; begin < end; ++begin) {
      if (trained && specs[begin].gradient == nn::Gradient::kNone)
        specs[begin].gradient = nn::Gradient::kUnused;
    }
  }
}

bool trains_bias(LoraBias bias, const std::string& stored_name,
                 const std::set<std::string>& targets) {
  if (bias == LoraBias::kAll) return stored_name.find("bias") != std::string::npos;
  return bias == LoraBias::kLoraOnly && stored_name.ends_with(".bias") &&
         targets.contains(module_of(stored_name));
}

}  // namespace

std::vector<std::string> linear_modules(const Specs& specs) {
  std::vector<std::string> modules;
  for (const nn::ParameterSpec& spec : specs) {
    if (!is_linear(spec)) continue;
    std::string module = module_of(spec.stored_name);
    if (std::find(modules.begin(), modules.end(), module) == modules.end())
      modules.push_back(std::move(module));
  }
  return modules;
}

LoraConfig settle_lora(LoraConfig wanted, const ClassifierConfig& config) {
  const Specs specs = classifier_parameters(config);
  for (const char* head : {"classifier", "score"}) {
    if (std::find(wanted.saved.begin(), wanted.saved.end(), head) == wanted.saved.end())
      wanted.saved.emplace_back(head);
  }
  add_head(config, specs, wanted.saved);
  std::vector<std::string> modules = linear_modules(specs);
  std::erase_if(modules, [&](const std::string& module) {
    return is_saved(module + std::string(kWeight), wanted.saved);
  });
  if (wanted.targets.empty()) wanted.targets = peft_targets(config.type->name);
  if (wanted.targets.empty()) {
    throw Error(ErrorCode::kUsage, fmt::format("--lora-target-modules is needed: PEFT has no "
                                               "default for {}; its linear modules are {}",
                                               config.type->name, listed(modules)));
  }
  if (wanted.targets == std::vector<std::string>{std::string(kAllLinear)}) {
    wanted.targets = std::move(modules);
    return wanted;
  }
  for (const std::string& target : wanted.targets) {
    const auto named = [&](const std::string& module) { return names_module(target, module); };
    if (std::any_of(modules.begin(), modules.end(), named)) continue;
    throw Error(ErrorCode::kUsage,
                fmt::format("--lora-target-modules '{}' is no linear module of {} outside of what "
                            "is saved whole; those are {}",
                            target, config.type->name, listed(modules)));
  }
  return wanted;
}

namespace {

// A module of the checkpoint that gets an adapter, and the parameters it is here: several where one
// stored matrix is cut into parts.
struct AdaptedModule {
  std::string name;
  std::vector<std::size_t> parts;  // indices into the specs
};

// In the order of the specs. Throws Error(kInvalidInput) when there is none.
std::vector<AdaptedModule> adapted_modules(const LoraConfig& config, const Specs& specs) {
  const LoraTargets wanted(config);
  std::vector<AdaptedModule> found;
  std::map<std::string, std::size_t> at;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const std::string module = module_of(specs[i].stored_name);
    if (!is_linear(specs[i]) || is_saved(specs[i].stored_name, config.saved) ||
        !wanted.contain(module))
      continue;
    const auto [place, is_new] = at.try_emplace(module, found.size());
    if (is_new) found.push_back({.name = module, .parts = {}});
    found[place->second].parts.push_back(i);
  }
  if (found.empty())
    throw Error(ErrorCode::kInvalidInput,
                "the adapter's target_modules are no linear modules of this model; those are " +
                    listed(linear_modules(specs)));
  return found;
}

// Only adapters, the parts that are saved whole, and the biases that are asked for are trained.
void choose_gradients(const LoraConfig& config, const std::vector<AdaptedModule>& modules,
                      Specs& specs) {
  std::set<std::string> targets;
  for (const AdaptedModule& module : modules) targets.insert(module.name);
  for (nn::ParameterSpec& spec : specs) {
    const bool trained = is_saved(spec.stored_name, config.saved) ||
                         trains_bias(config.bias, spec.stored_name, targets);
    spec.gradient = trained ? nn::Gradient::kTrained : nn::Gradient::kNone;
  }
  keep_neighbours(specs);
}

// One A for the whole module and a B for each of its parts, behind the specs that are there.
void add_matrices(const LoraConfig& config, const AdaptedModule& module, Specs& specs,
                  std::vector<nn::LowRankSpec>& additions) {
  const nn::ParameterSpec& first = specs[module.parts.front()];
  const std::string a = module_of(first.name) + ".lora_A.weight";
  specs.push_back({.name = a,
                   .stored_name = module.name + ".lora_A.weight",
                   .shape = {config.rank, first.shape[1]},
                   .init = nn::Init::kFanIn,
                   .role = nn::Role::kLowRankA});
  for (const std::size_t part : module.parts) {
    const std::string ours = module_of(specs[part].name);
    specs.push_back({.name = ours + ".lora_B.weight",
                     .stored_name = module.name + ".lora_B.weight",
                     .shape = {specs[part].shape[0], config.rank},
                     .init = nn::Init::kZeros,
                     .layout = {.groups = specs[part].layout.groups},
                     .role = nn::Role::kLowRankB});
    additions.push_back({.module = ours,
                         .a = a,
                         .b = specs.back().name,
                         .scale = config.scale(),
                         .dropout = config.dropout});
  }
}

}  // namespace

std::vector<nn::LowRankSpec> add_lora(const LoraConfig& config, Specs& specs) {
  const std::vector<AdaptedModule> modules = adapted_modules(config, specs);
  choose_gradients(config, modules, specs);
  std::vector<nn::LowRankSpec> additions;
  for (const AdaptedModule& module : modules) add_matrices(config, module, specs, additions);
  return additions;
}

bool of_adapter(const nn::ParameterSpec& spec) { return spec.gradient == nn::Gradient::kTrained; }

std::string adapter_name(const std::vector<nn::LowRankSpec>& low_rank,
                         const nn::ParameterSpec& spec) {
  std::string name = std::string(kAdapterPrefix) + spec.stored_name;
  if (!name.ends_with(".bias")) return name;
  const bool wrapped = std::any_of(low_rank.begin(), low_rank.end(),
                                   [module = module_of(spec.name)](const nn::LowRankSpec& each) {
                                     return each.module == module;
                                   });
  return wrapped ? module_of(name) + ".base_layer.bias" : name;
}

std::string adapter_name(const nn::ParameterSet& set, const nn::ParameterSpec& spec) {
  return adapter_name(set.low_rank(), spec);
}

bool of_low_rank(const nn::ParameterSpec& spec) {
  return spec.role == nn::Role::kLowRankA || spec.role == nn::Role::kLowRankB;
}

void merge_lora(Classifier& model) {
  const at::NoGradGuard no_grad;
  nn::ParameterSet& set = model.parameters();
  for (const nn::LowRankSpec& addition : set.low_rank()) {
    const at::Tensor& b = set.weight(addition.b).master;
    set.weight(addition.module + std::string(kWeight))
        .master.add_(at::mm(b, set.weight(addition.a).master), addition.scale);
    b.zero_();
  }
  set.refresh_shadow();
}

}  // namespace trainer::models
