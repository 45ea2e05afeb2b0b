#include "cli/arguments.hpp"
#include "cli/checks.hpp"

// The flags of low-rank adapters (docs/lora.md).
namespace trainer::cli {

std::vector<Flag> lora_flags(TrainArguments& a) {
  constexpr std::string_view group = "LoRA";
  return {
      {group,
       "--lora-r",
       "train low-rank adapters of this rank and freeze the rest [train the whole model]",
       &a.lora_r,
       {above_zero()}},
      {group, "--lora-alpha", "adapters are scaled by alpha / r", &a.lora_alpha, {above_zero()}},
      {group,
       "--lora-dropout",
       "probability of the dropout before an adapter",
       &a.lora_dropout,
       {CLI::Range(0.0, 0.999)}},
      {group, "--lora-target-modules",
       "modules with an adapter, ends of the checkpoint's names: query,value; or all-linear "
       "[PEFT's for the model type]",
       &a.lora_target_modules},
      {group, "--lora-modules-to-save",
       "modules trained and saved whole beside the head, ends of names", &a.lora_modules_to_save},
      {group,
       "--lora-bias",
       "biases that are trained: none, all or lora_only",
       &a.lora_bias,
       {CLI::IsMember({"none", "all", "lora_only"})}},
      {group, "--use-rslora", "scale by alpha / sqrt(r)", &a.use_rslora}};
}

}  // namespace trainer::cli
