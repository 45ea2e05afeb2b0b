#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "data/tokens/packed_batch.hpp"
#include "models/classifier_config.hpp"
#include "models/head.hpp"
#include "nn/backbone.hpp"
#include "nn/parameter_set.hpp"

// A sequence classifier: backbone, head, and the weights of both. B sequences, L labels.
namespace trainer::models {

// One thread at a time. Movable; its modules hold views of the parameters, which stay where they
// are.
class Classifier {
 public:
  // Weights are zero until load_weights() (loading.hpp) fills them. `config.labels` decides the
  // number of classes.
  Classifier(ClassifierConfig config, nn::Compute compute, nn::Purpose purpose);

  // Logits of each sequence of a packed batch, [B,L] fp32. Records history for backward() if the
  // purpose was training and the pass's mode is kTrain or gradients are enabled. Throws
  // Error(kInvalidInput): an id outside the vocabulary, a sequence longer than the model's
  // positions.
  at::Tensor forward(const data::PackedBatch& batch, nn::Pass& pass) const;

  const ClassifierConfig& config() const noexcept { return config_; }
  nn::ParameterSet& parameters() noexcept { return *parameters_; }
  const nn::ParameterSet& parameters() const noexcept { return *parameters_; }

 private:
  ClassifierConfig config_;
  std::unique_ptr<nn::ParameterSet> parameters_;
  std::unique_ptr<nn::Backbone> backbone_;
  Head head_;
};

// Every parameter of the model with its stored name and layout, the backbone's first; without
// adapters.
std::vector<nn::ParameterSpec> classifier_parameters(const ClassifierConfig& config);

}  // namespace trainer::models
