#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

// Low-rank adapters as PEFT describes them: adapter_config.json beside adapter_model.safetensors.
// Names and defaults are those of peft.LoraConfig (read: peft 0.21); docs/lora.md is the format.
namespace trainer::models {

inline constexpr std::string_view kAdapterConfigFile = "adapter_config.json";
inline constexpr std::string_view kAdapterWeightsFile = "adapter_model.safetensors";
// Before the stored names in the weights' file.
inline constexpr std::string_view kAdapterPrefix = "base_model.model.";
inline constexpr std::string_view kAllLinear = "all-linear";

enum class LoraBias { kNone, kAll, kLoraOnly };  // which biases are trained and stored

// Throws Error(kUsage) that lists none, all, lora_only.
LoraBias lora_bias_from_name(const std::string& name);
std::string_view name_of(LoraBias bias);

struct LoraConfig {
  std::int64_t rank = 8;  // r
  double alpha = 8;
  double dropout = 0.0;
  // Modules by the checkpoint's names, whole or from a dot on. Empty: PEFT's for the model type.
  // One "all-linear": every linear module outside of what is saved whole.
  std::vector<std::string> targets = {};
  std::string target_pattern = {};      // instead: a regular expression for the whole name
  std::vector<std::string> saved = {};  // modules_to_save: ends of names, trained and stored whole
  LoraBias bias = LoraBias::kNone;
  bool rank_stabilised = false;  // use_rslora: alpha / sqrt(r) instead of alpha / r
  std::string base_model = {};   // base_model_name_or_path
  std::string revision = {};     // of the base model; empty: main

  double scale() const;
};

// Throws Error: kUnsupported for another kind of adapter and for an option that is not built (DoRA,
// patterns of ranks, …), kInvalidInput for a broken field.
LoraConfig read_lora_config(const std::filesystem::path& file);
// The text of adapter_config.json. `transposed`: the targets are stored as [in,out] (Conv1D).
enum class Transposed { kNo, kYes };
std::string render(const LoraConfig& config, Transposed transposed);

}  // namespace trainer::models
