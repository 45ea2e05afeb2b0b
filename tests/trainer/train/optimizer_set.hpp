#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <utility>
#include <vector>

#include "train/optimizer.hpp"

// A few parameters as a model has them, and optimizers over them.
namespace trainer::test {

inline nn::ParameterSet optimizer_set(nn::Compute compute = nn::Compute::kFloat32) {
  std::vector<nn::ParameterSpec> specs(6);
  specs[0] = {.name = "embeddings.words.weight", .stored_name = "e.weight", .shape = {50, 40}};
  specs[1] = {.name = "layer.0.norm.bias",
              .stored_name = "l.0.LayerNorm.bias",
              .shape = {33},
              .decay = nn::Decay::kNo};
  specs[2] = {.name = "layer.0.query.weight", .stored_name = "l.0.qk.weight", .shape = {20, 30}};
  specs[3] = {.name = "layer.0.key.weight", .stored_name = "l.0.qk.weight", .shape = {10, 30}};
  specs[4] = {.name = "layer.1.up.weight", .stored_name = "l.1.up.weight", .shape = {2, 7, 3}};
  specs[5] = {.name = "head.out.weight", .stored_name = "head.weight", .shape = {2, 30}};
  nn::ParameterSet set(specs, compute, nn::Purpose::kTrain);
  at::manual_seed(1);
  set.masters().normal_();
  set.refresh_shadow();
  return set;
}

inline std::unique_ptr<train::Optimizer> optimizer_for(nn::ParameterSet& set,
                                                       const train::OptimizerOptions& options,
                                                       const train::GroupOptions& groups = {}) {
  return make_optimizer(set, options, train::treatments(set, groups));
}

}  // namespace trainer::test
