#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "nn/parameter_set.hpp"

// Specs of the common modules.
namespace trainer::nn {

enum class Bias { kYes, kNo };

inline void add_weight(std::vector<ParameterSpec>& specs, const std::string& module,
                       std::int64_t out, std::int64_t in) {
  specs.push_back({.name = module + ".weight", .stored_name = {}, .shape = {out, in}});
  specs.back().role = Role::kMatrix;
}

inline void add_bias(std::vector<ParameterSpec>& specs, const std::string& module,
                     std::int64_t size) {
  specs.push_back({.name = module + ".bias",
                   .stored_name = {},
                   .shape = {size},
                   .init = Init::kZeros,
                   .decay = Decay::kNo});
}

// weight [out,in] and bias [out] of a linear layer.
inline void add_linear(std::vector<ParameterSpec>& specs, const std::string& module,
                       std::int64_t out, std::int64_t in, Bias bias = Bias::kYes) {
  add_weight(specs, module, out, in);
  if (bias == Bias::kYes) add_bias(specs, module, out);
}

// weight [shape] and bias of a norm.
inline void add_norm_weights(std::vector<ParameterSpec>& specs, const std::string& module,
                             std::vector<std::int64_t> shape, Bias bias = Bias::kYes,
                             Init init = Init::kOnes) {
  specs.push_back({.name = module + ".weight",
                   .stored_name = {},
                   .shape = shape,
                   .init = init,
                   .decay = Decay::kNo});
  if (bias == Bias::kNo) return;
  specs.push_back({.name = module + ".bias",
                   .stored_name = {},
                   .shape = std::move(shape),
                   .init = Init::kZeros,
                   .decay = Decay::kNo});
}

inline void add_table(std::vector<ParameterSpec>& specs, const std::string& module,
                      std::int64_t rows, std::int64_t size) {
  add_weight(specs, module, rows, size);
  specs.back().role = Role::kOther;
}

}  // namespace trainer::nn
