#pragma once

#include <string>
#include <vector>

#include "nn/parameter_set.hpp"

// Specs of the common modules.
namespace trainer::nn {

// weight [out,in] and bias [out] of a linear layer.
inline void add_linear(std::vector<ParameterSpec>& specs, const std::string& name, std::int64_t out,
                       std::int64_t in) {
  specs.push_back({.name = name + ".weight", .stored_name = {}, .shape = {out, in}});
  specs.push_back({.name = name + ".bias",
                   .stored_name = {},
                   .shape = {out},
                   .init = Init::kZeros,
                   .decay = Decay::kNo});
}

inline void add_norm_weights(std::vector<ParameterSpec>& specs, const std::string& name,
                             std::int64_t size) {
  specs.push_back({.name = name + ".weight",
                   .stored_name = {},
                   .shape = {size},
                   .init = Init::kOnes,
                   .decay = Decay::kNo});
  specs.push_back({.name = name + ".bias",
                   .stored_name = {},
                   .shape = {size},
                   .init = Init::kZeros,
                   .decay = Decay::kNo});
}

inline void add_table(std::vector<ParameterSpec>& specs, const std::string& name, std::int64_t rows,
                      std::int64_t size) {
  specs.push_back({.name = name + ".weight", .stored_name = {}, .shape = {rows, size}});
}

}  // namespace trainer::nn
