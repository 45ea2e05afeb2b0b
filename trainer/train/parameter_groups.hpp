#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nn/parameter_set.hpp"

// How the optimizer treats each parameter: trained or frozen, decayed or not, at which share of the
// learning rate.
namespace trainer::train {

struct GroupOptions {
  double weight_decay = 0.0;
  // Share of the learning rate that each layer gets of the one above it; the head and what follows
  // the last layer get all of it, embeddings the least (Howard and Ruder, 2018; ids of layers as
  // BEiT and ELECTRA count them).
  std::optional<double> layerwise_decay = {};
  std::vector<std::string> frozen = {};  // globs (* ? [a-z]) on the checkpoint's parameter names
  std::int64_t frozen_layers = 0;        // the first ones
  bool freeze_embeddings = false;
};

struct Treatment {
  bool trained = true;
  double weight_decay = 0.0;
  double lr_scale = 1.0;

  bool operator==(const Treatment&) const = default;
};

// One per parameter, in the set's order. Frozen are those of the options and those that have no
// gradient to be used (nn::Gradient). Weight decay as the Trainer has it: not for norms, and for
// no parameter whose stored name says bias, layernorm, rmsnorm, norm or …_norm. Throws
// Error(kUsage), naming the flag, for a pattern that no parameter's name matches, for more layers
// than there are, and when nothing is left to be trained.
std::vector<Treatment> treatments(const nn::ParameterSet& parameters, const GroupOptions& options);

// Whether the Trainer's name patterns keep weight decay away from this parameter.
bool name_forbids_decay(const std::string& stored_name);

// Neighbouring parameters of equal treatment: elements [begin, end) of masters and shadow.
struct ParameterGroup {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t state = 0;      // where its elements begin in buffers that hold trained ones only
  std::int64_t gradient = -1;  // where they begin in the gradients; below 0: they have none
  Treatment treatment = {};
};

std::vector<ParameterGroup> group(const nn::ParameterSet& parameters,
                                  const std::vector<Treatment>& treatments);
// How many elements are trained.
std::int64_t trained_size(const std::vector<ParameterGroup>& groups);

}  // namespace trainer::train
