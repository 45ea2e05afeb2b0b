#pragma once

#include <vector>

#include "cli/arguments.hpp"
#include "cli/flags.hpp"
#include "cli/model_files.hpp"

// The flags of low-rank adapters (docs/lora.md).
namespace trainer::cli {

std::vector<Flag> lora_flags(TrainArguments& arguments);

// Refuses flags that do nothing without --lora-r. Throws Error(kUsage).
void check_lora(const TrainArguments& arguments);

// Puts the adapter that the flags want on the model, whose labels are settled. A model that is an
// adapter already is trained on as it is: with --lora-r it is refused, unless training is resumed,
// when the flags must say what the adapter is. Throws Error.
void settle_adapter(const TrainArguments& arguments, ModelFiles& files);

}  // namespace trainer::cli
