#pragma once

#include <vector>

#include "models/model_types.hpp"
#include "nn/parameter_set.hpp"

namespace trainer::models {

// Fills stored_name and layout of every spec from the names of the config's type. Throws
// Error(kInternal) for a module that has none.
void name_stored(const ClassifierConfig& config, std::vector<nn::ParameterSpec>& specs);

}  // namespace trainer::models
