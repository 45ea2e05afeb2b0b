#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "models/classifier.hpp"
#include "models/load_plan.hpp"
#include "weights/tensor_files.hpp"

namespace trainer::models {

inline constexpr std::int64_t kMostClasses = 100'000;

// For how many classes the checkpoint's classification head is; 0 without one. Throws
// Error(kInvalidInput) for a head of none or of more than kMostClasses: labels are made for them.
std::int64_t stored_classes(const ModelType& type, const weights::TensorFiles& tensors);

// Copies a checkpoint into the model's masters and refreshes its shadow, by the plan of
// load_plan.hpp; other floating types are converted. Missing head weights are drawn from
// N(0, initializer_range), biases 0, from libtorch's default generator (see nn::set_seed). Throws
// Error(kInvalidInput) as check() does, and for numbers that are not floating-point.
LoadReport load_weights(Classifier& model, const weights::TensorFiles& tensors);

}  // namespace trainer::models
