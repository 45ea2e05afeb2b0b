#pragma once

#include <string>
#include <vector>

#include "nn/linear.hpp"
#include "nn/norm.hpp"
#include "nn/parameter_set.hpp"

// Finding the weights of common modules by their names.
namespace trainer::nn {

// weight and, where the set has one, bias.
LinearWeights linear_weights(const ParameterSet& set, const std::string& module,
                             std::int64_t groups = 1);
// Neighbouring modules as one product; all have a bias, or none, or (mixed) it is an error.
LinearWeights stacked_linear(const ParameterSet& set, const std::vector<std::string>& modules);

struct NormOptions {
  double eps = 1e-12;
  NormKind kind = NormKind::kLayer;
};
NormWeights norm_weights(const ParameterSet& set, const std::string& module,
                         const NormOptions& options);

}  // namespace trainer::nn
