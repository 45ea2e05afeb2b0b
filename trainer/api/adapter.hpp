#pragma once

#include "api/model_files.hpp"
#include "api/options.hpp"

// Low-rank adapters as the options ask for them (docs/lora.md).
namespace trainer::api {

// Refuses options that do nothing without a rank. Throws Error(kUsage).
void check_lora(const FineTuneOptions& options);

// Puts the adapter that the options want on the model, whose labels are settled. A model that is an
// adapter already is trained on as it is: with a rank it is refused, unless training is resumed,
// when the options must say what the adapter is. Throws Error.
void settle_adapter(const FineTuneOptions& options, ModelFiles& files);

}  // namespace trainer::api
