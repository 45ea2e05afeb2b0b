#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "models/classifier.hpp"
#include "weights/tensor_files.hpp"

namespace trainer::models {

// What a checkpoint and the model did not have in common.
struct LoadReport {
  std::vector<std::string> initialised;  // stored names of head weights that the checkpoint lacks
  std::vector<std::string> unused;  // tensors of the checkpoint that the model has no place for
};

// Whether the checkpoint holds this model type's classification head, whatever its size; and for
// how many classes.
std::int64_t stored_classes(const ModelType& type, const weights::TensorFiles& tensors);

// Copies a checkpoint into the model's masters and refreshes its shadow. Rules as transformers has
// them: when no name begins with the base model's prefix, it is added; ".gamma" and ".beta" of a
// norm are its weight and bias; other floating types are converted. Missing head weights are drawn
// from N(0, initializer_range), biases 0, from libtorch's default generator (see nn::set_seed); any
// other missing weight, or a wrong shape, is Error(kInvalidInput).
LoadReport load_weights(Classifier& model, const weights::TensorFiles& tensors);

}  // namespace trainer::models
