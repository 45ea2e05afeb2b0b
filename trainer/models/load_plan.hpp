#pragma once

#include <string>
#include <vector>

#include "models/classifier_config.hpp"
#include "models/stored_layout.hpp"
#include "weights/tensor_files.hpp"

// What a checkpoint gives a model, by names and shapes alone: nothing is copied or allocated.
namespace trainer::models {

// What a checkpoint and a model do not have in common, in the words of transformers' load report:
// names as a classifier of the type stores them, of what is unexpected as the checkpoint does.
struct LoadReport {
  struct Mismatch {
    std::string name;
    std::vector<std::int64_t> found;
    std::vector<std::int64_t> expected;
  };
  std::vector<std::string> missing;     // of the head, or not computed with: newly initialized
  std::vector<std::string> required;    // missing without which the model is none
  std::vector<std::string> unexpected;  // of the checkpoint, not used
  std::vector<Mismatch> mismatched;
};

struct PlannedTensor {
  StoredTensor stored;
  const weights::TensorView* from = nullptr;  // nullptr: not in the checkpoint
};

struct LoadPlan {
  std::vector<PlannedTensor> tensors;
  LoadReport report;
};

// Rules as transformers has them: when no name begins with the base model's prefix, it is added;
// ".gamma" and ".beta" of a norm are its weight and bias; buffers and copies of a shared embedding
// that older versions stored are passed over. Tables that are computed are never missing; an
// adapter's matrices are no part of a checkpoint.
LoadPlan plan_load(const ClassifierConfig& config, const weights::TensorFiles& tensors);
// The same for parameters that are there already (classifier_parameters() of the config).
LoadPlan plan_load(const ModelType& type, const std::vector<nn::ParameterSpec>& specs,
                   const weights::TensorFiles& tensors);

// Throws Error(kInvalidInput) for a checkpoint that cannot be loaded: names what is missing or has
// another shape. To be called before memory is asked for, since config.json may name any size.
void check(const LoadReport& report);

// Lines for people: "newly initialized: …" and "not used: …", one each where there is something to
// say; layers' numbers are put together as in transformers' report ("layer.{0...11}.weight").
std::vector<std::string> lines_of(const LoadReport& report);

// "a.{0...11}.b" for names that differ in their numbers alone; in the order of first appearance.
std::vector<std::string> grouped_names(const std::vector<std::string>& names);

}  // namespace trainer::models
