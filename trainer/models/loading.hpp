#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "models/classifier.hpp"
#include "models/load_plan.hpp"
#include "weights/tensor_files.hpp"

namespace trainer::models {

// Whether the checkpoint holds this model type's classification head, whatever its size; and for
// how many classes.
std::int64_t stored_classes(const ModelType& type, const weights::TensorFiles& tensors);

// Copies a checkpoint into the model's masters and refreshes its shadow, by the plan of
// load_plan.hpp; other floating types are converted. Missing head weights are drawn from
// N(0, initializer_range), biases 0, from libtorch's default generator (see nn::set_seed). Throws
// Error(kInvalidInput) as check() does, and for numbers that are not floating-point.
LoadReport load_weights(Classifier& model, const weights::TensorFiles& tensors);

}  // namespace trainer::models
