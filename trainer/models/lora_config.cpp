#include "models/lora_config.hpp"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "config/dump.hpp"
#include "config/error.hpp"
#include "config/json.hpp"

namespace trainer::models {
namespace {

// What changes the numbers or the names and is not built; each is absent, null, false or empty in
// an adapter that can be read.
constexpr std::array kNotBuilt = {"use_dora",
                                  "use_qalora",
                                  "use_bdlora",
                                  "lora_bias",
                                  "rank_pattern",
                                  "alpha_pattern",
                                  "layers_to_transform",
                                  "layer_replication",
                                  "exclude_modules",
                                  "target_parameters",
                                  "trainable_token_indices",
                                  "alora_invocation_tokens",
                                  "arrow_config",
                                  "kasa_config",
                                  "monteclora_config",
                                  "velora_config"};

bool is_set(const nlohmann::json& value) {
  if (value.is_boolean()) return value.get<bool>();
  return !value.is_null() && !value.empty();
}

void refuse_foreign(const config::JsonObject& json) {
  const std::string kind = config::required_string(json, "peft_type");
  if (kind != "LORA")
    throw Error(ErrorCode::kUnsupported, json.place() + ": peft_type " + kind +
                                             " is not built; LORA is (merge the adapter in peft)");
  for (const char* key : kNotBuilt) {
    const nlohmann::json* value = json.find(key);
    if (value != nullptr && is_set(*value))
      throw Error(ErrorCode::kUnsupported,
                  json.place() + ": " + key + " is not built; merge the adapter in peft");
  }
}

void read_targets(const config::JsonObject& json, LoraConfig& config) {
  const nlohmann::json* targets = json.find("target_modules");
  if (targets == nullptr) return;
  if (!targets->is_string()) {
    config.targets = *config::find_strings(json, "target_modules");
  } else if (targets->get<std::string>() == kAllLinear) {
    config.targets = {std::string(kAllLinear)};
  } else {
    config.target_pattern = targets->get<std::string>();
  }
}

}  // namespace

LoraBias lora_bias_from_name(const std::string& name) {
  for (const LoraBias bias : {LoraBias::kNone, LoraBias::kAll, LoraBias::kLoraOnly})
    if (name_of(bias) == name) return bias;
  throw Error(ErrorCode::kUsage,
              "LoRA's bias '" + name + "' is not known; known are none, all, lora_only");
}

std::string_view name_of(LoraBias bias) {
  if (bias == LoraBias::kNone) return "none";
  return bias == LoraBias::kAll ? "all" : "lora_only";
}

double LoraConfig::scale() const {
  const auto r = static_cast<double>(rank);
  return alpha / (rank_stabilised ? std::sqrt(r) : r);
}

LoraConfig read_lora_config(const std::filesystem::path& file) {
  const auto json = config::JsonObject::read(file);
  refuse_foreign(json);
  LoraConfig config;
  config.rank = config::required_int(json, "r", config::kPositive);
  config.alpha = config::required_number(json, "lora_alpha");
  config.dropout = config::number_or(json, "lora_dropout", 0.0);
  if (config.dropout < 0 || config.dropout >= 1)
    throw Error(ErrorCode::kInvalidInput, json.place() + ": lora_dropout is not within [0, 1)");
  read_targets(json, config);
  config.saved = config::find_strings(json, "modules_to_save").value_or(std::vector<std::string>());
  config.bias = lora_bias_from_name(config::string_or(json, "bias", "none"));
  config.rank_stabilised = config::bool_or(json, "use_rslora", false);
  config.base_model = config::string_or(json, "base_model_name_or_path", "");
  config.revision = config::string_or(json, "revision", "");
  return config;
}

std::string render(const LoraConfig& config, Transposed transposed) {
  using Json = nlohmann::ordered_json;
  Json json = {{"peft_type", "LORA"},
               {"task_type", "SEQ_CLS"},
               {"base_model_name_or_path", config.base_model},
               {"revision", config.revision.empty() ? Json() : Json(config.revision)},
               {"r", config.rank},
               {"lora_alpha", config.alpha},
               {"lora_dropout", config.dropout},
               {"target_modules", config.targets},
               {"modules_to_save", config.saved},
               {"bias", std::string(name_of(config.bias))},
               {"fan_in_fan_out", transposed == Transposed::kYes},
               {"use_rslora", config.rank_stabilised},
               {"use_dora", false},
               {"init_lora_weights", true},
               {"rank_pattern", Json::object()},
               {"alpha_pattern", Json::object()},
               {"layers_to_transform", nullptr},
               {"inference_mode", true}};
  if (!config.target_pattern.empty()) json["target_modules"] = config.target_pattern;
  // peft's own files have whole numbers here.
  if (config.alpha == std::floor(config.alpha))
    json["lora_alpha"] = static_cast<std::int64_t>(config.alpha);
  return config::dump_text(json, 2) + "\n";
}

}  // namespace trainer::models
