#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "models/classifier_config.hpp"
#include "models/load_plan.hpp"
#include "weights/tensor_files.hpp"

// A model as its config.json and the headers of its weights describe it, before anything is loaded.
namespace trainer::models {

struct ModelDescription {
  ClassifierConfig config;  // with the labels of the checkpoint's head, if it has one
  std::int64_t body_parameters = 0;
  std::int64_t head_parameters = 0;
  bool has_head = false;  // in the checkpoint
  LoadReport report;

  // Of the checkpoint's tensors.
  std::map<std::string, std::size_t> dtypes;  // how many of each
  std::size_t tensors = 0;
  std::uint64_t bytes = 0;

  std::int64_t parameters() const { return body_parameters + head_parameters; }
  // Bytes to train with AdamW: masters, gradients and two moments in fp32, and for bf16 compute a
  // copy; activations come on top.
  std::int64_t training_bytes(nn::Compute compute) const;
};

// A checkpoint without a head is described with as many classes as config.json names, else two.
ModelDescription describe(ClassifierConfig config, const weights::TensorFiles& tensors);
// By config.json alone: what is said of a checkpoint stays empty.
ModelDescription describe(ClassifierConfig config);

// "encoder" or "decoder" or both.
std::string kind_of(const ClassifierConfig& config);

}  // namespace trainer::models
