#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "hub/safetensors.hpp"
#include "models/classifier.hpp"

namespace trainer::models {

// What a checkpoint and the model did not have in common.
struct LoadReport {
  std::vector<std::string> initialised;  // stored names of head weights that the checkpoint lacks
  std::vector<std::string> unused;  // tensors of the checkpoint that the model has no place for
};

// Whether the checkpoint holds this model type's classification head, whatever its size; and for
// how many classes.
std::int64_t stored_classes(const ModelType& type, const hub::Safetensors& tensors,
                            const std::string& prefix = {});

// Copies a checkpoint into the model's masters and refreshes its shadow. Rules as transformers has
// them: when no name begins with the base model's prefix, it is added; ".gamma" and ".beta" of a
// norm are its weight and bias; other floating types are converted. Missing head weights are drawn
// from N(0, initializer_range), biases 0, from libtorch's default generator (see nn::set_seed); any
// other missing weight, or a wrong shape, is Error(kInvalidInput).
// Of adapters A is drawn as torch.nn.Linear's weights are, in the order in which PEFT draws; B is
// 0.
LoadReport load_weights(Classifier& model, const hub::Safetensors& tensors);

// Copies adapter_model.safetensors into the masters of what the adapter trains. Throws
// Error(kInvalidInput) for a tensor that is missing, of another shape, or has no place.
void load_adapter(Classifier& model, const hub::Safetensors& tensors);

// The weights, or the adapter, of a directory that export_model() wrote of this model.
void load_saved(Classifier& model, const std::filesystem::path& directory);

}  // namespace trainer::models
