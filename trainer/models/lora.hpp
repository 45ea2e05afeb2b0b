#pragma once

#include <string>
#include <vector>

#include "models/classifier_config.hpp"
#include "models/lora_config.hpp"
#include "nn/parameter_set.hpp"

// Low-rank adapters on a classifier: which modules have one, what is trained, and merging.
namespace trainer::models {

class Classifier;

// Names of the linear modules in `specs`, as the checkpoint calls them: what an adapter can be on.
// Several parameters that are stored as one tensor are one module.
std::vector<std::string> linear_modules(const std::vector<nn::ParameterSpec>& specs);

// What the command line wants, with what it left open filled in: PEFT's targets for the model type,
// all-linear as names, and modules that are saved whole: "classifier" and "score", as PEFT adds
// them for sequence classification, or the model's own head where it has another name. Throws
// Error(kUsage), listing the linear modules, for a target that is none of them, and for a type of
// which PEFT has no default.
LoraConfig settle_lora(LoraConfig wanted, const ClassifierConfig& config);

// Freezes all specs but what the config says is trained, and appends the parameters of the
// adapters: of each module A [r,in], then B [out,r]. Throws Error(kInvalidInput) when no module is
// a target.
std::vector<nn::LowRankSpec> add_lora(const LoraConfig& config,
                                      std::vector<nn::ParameterSpec>& specs);

// Whether the parameter is part of an adapter's file.
bool of_adapter(const nn::ParameterSpec& spec);
// What the adapter's file calls it. PEFT wraps a target, whose own bias is then "base_layer.bias".
std::string adapter_name(const std::vector<nn::LowRankSpec>& low_rank,
                         const nn::ParameterSpec& spec);
std::string adapter_name(const nn::ParameterSet& set, const nn::ParameterSpec& spec);
// Whether it is a low-rank matrix, which no checkpoint of the merged model has.
bool of_low_rank(const nn::ParameterSpec& spec);

// weight += scale * B A, as PEFT's merge_and_unload, in fp32; the adapters are then zero, so that
// the model computes the same.
void merge_lora(Classifier& model);

}  // namespace trainer::models
