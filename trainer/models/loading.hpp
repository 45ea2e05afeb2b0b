#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "models/classifier.hpp"
#include "models/load_plan.hpp"
#include "weights/tensor_files.hpp"

namespace trainer::models {

using data::kMostClasses;

// For how many classes the checkpoint's classification head is; 0 without one. `prefix` stands
// before its name in an adapter's file. Throws Error(kInvalidInput) for a head of none or of more
// than kMostClasses: labels are made for them.
std::int64_t stored_classes(const ModelType& type, const weights::TensorFiles& tensors,
                            const std::string& prefix = {});

// That a checkpoint, and an adapter where there is one, are of the config's model, by names and
// shapes. To be called before a Classifier is made: config.json and adapter_config.json may name
// any size, and what fits is no larger than its file. Throws Error(kInvalidInput) as the two
// functions below.
void check_fit(const ClassifierConfig& config, const weights::TensorFiles& tensors,
               const std::optional<weights::TensorFiles>& adapter);

// Copies a checkpoint into the model's masters and refreshes its shadow, by the plan of
// load_plan.hpp; other floating types are converted. Missing head weights are drawn from
// N(0, initializer_range), biases 0, from libtorch's default generator (see nn::set_seed). Of
// adapters A is drawn as torch.nn.Linear's weights are, in the order in which PEFT draws; B is 0.
// Throws Error(kInvalidInput) as check() does, and for numbers that are not floating-point.
LoadReport load_weights(Classifier& model, const weights::TensorFiles& tensors);

// Copies adapter_model.safetensors into the masters of what the adapter trains. Throws
// Error(kInvalidInput) for a tensor that is missing, of another shape, or has no place.
void load_adapter(Classifier& model, const weights::TensorFiles& tensors);

// The weights, or the adapter, of a directory that export_model() wrote of this model.
void load_saved(Classifier& model, const std::filesystem::path& directory);

}  // namespace trainer::models
