#include "models/lora_targets.hpp"

#include <algorithm>
#include <utility>

#include "config/error.hpp"
#include "config/printable.hpp"

namespace trainer::models {
namespace {

struct TypeTargets {
  std::string_view type;
  std::vector<std::string> targets;
};

// peft.utils.constants.TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING.
const std::vector<TypeTargets>& table() {
  static const std::vector<TypeTargets> kTargets = {{"t5", {"q", "v"}},
                                                    {"mt5", {"q", "v"}},
                                                    {"bart", {"q_proj", "v_proj"}},
                                                    {"gpt2", {"c_attn"}},
                                                    {"bloom", {"query_key_value"}},
                                                    {"opt", {"q_proj", "v_proj"}},
                                                    {"gptj", {"q_proj", "v_proj"}},
                                                    {"gpt_neox", {"query_key_value"}},
                                                    {"gpt_neo", {"q_proj", "v_proj"}},
                                                    {"bert", {"query", "value"}},
                                                    {"roberta", {"query", "value"}},
                                                    {"xlm-roberta", {"query", "value"}},
                                                    {"electra", {"query", "value"}},
                                                    {"deberta-v2", {"query_proj", "value_proj"}},
                                                    {"deberta", {"in_proj"}},
                                                    {"layoutlm", {"query", "value"}},
                                                    {"llama", {"q_proj", "v_proj"}},
                                                    {"mpt", {"Wqkv"}},
                                                    {"falcon", {"query_key_value"}},
                                                    {"mistral", {"q_proj", "v_proj"}},
                                                    {"mixtral", {"q_proj", "v_proj"}},
                                                    {"stablelm", {"q_proj", "v_proj"}},
                                                    {"phi", {"q_proj", "v_proj", "fc1", "fc2"}},
                                                    {"gemma", {"q_proj", "v_proj"}},
                                                    {"gemma2", {"q_proj", "v_proj"}},
                                                    {"gemma3_text", {"q_proj", "v_proj"}},
                                                    {"qwen2", {"q_proj", "v_proj"}},
                                                    {"qwen3", {"q_proj", "v_proj"}}};
  return kTargets;
}

// What is wrong with the pattern, with where it is from.
template <typename Call>
void told(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    throw Error(error.code(),
                "adapter_config.json's target_modules: " + config::printable(error.what(), 400));
  }
}

}  // namespace

bool names_module(const std::string& target, const std::string& module) {
  return module == target || module.ends_with("." + target);
}

std::vector<std::string> peft_targets(std::string_view type) {
  for (const TypeTargets& entry : table())
    if (entry.type == type) return entry.targets;
  return {};
}

LoraTargets::LoraTargets(const LoraConfig& config) : config_(config) {
  if (config.target_pattern.empty()) return;
  told([&] { pattern_.emplace("\\A(?:" + config.target_pattern + ")\\z"); });
}

bool LoraTargets::contain(const std::string& module) const {
  if (pattern_) {
    std::vector<text::Match> matches;
    told([&] { pattern_->find(module, matches); });
    return !matches.empty();
  }
  return std::any_of(config_.targets.begin(), config_.targets.end(),
                     [&](const std::string& target) {
                       return target == kAllLinear || names_module(target, module);
                     });
}

}  // namespace trainer::models
