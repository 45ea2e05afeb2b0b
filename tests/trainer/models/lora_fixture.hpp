#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <map>
#include <numeric>
#include <string>

#include "models/export.hpp"
#include "models/loading.hpp"
#include "models/lora.hpp"
#include "nn/loss.hpp"
#include "nn/runtime.hpp"
#include "trainer/models/tiny_model.hpp"
#include "weights/tensor_files.hpp"

// Tiny models with low-rank adapters.
namespace trainer::models {

class LoraFixture : public testing::Test {
 protected:
  Classifier base_of(const std::string& config, nn::Compute compute = nn::Compute::kFloat32) {
    Classifier base = test::tiny_classifier(folder_.path(), compute, config);
    write_weights(base, folder_.path());
    return base;
  }

  // The base model, whose weights are in the folder, with adapters that are not zero.
  Classifier adapted(const ClassifierConfig& base, LoraConfig wanted,
                     nn::Compute compute = nn::Compute::kFloat32) {
    ClassifierConfig config = base;
    config.lora = settle_lora(std::move(wanted), base);
    override_dropout(config, 0.0);
    Classifier model(config, compute, nn::Purpose::kTrain);
    nn::set_seed(3);
    load_weights(model, weights::TensorFiles::open_model(folder_.path()));
    const at::NoGradGuard no_grad;
    for (const nn::Parameter& p : model.parameters().parameters()) {
      if (p.spec.role == nn::Role::kLowRankB) model.parameters().master(p).normal_(0.0, 0.2);
    }
    model.parameters().refresh_shadow();
    return model;
  }

  at::Tensor logits(const Classifier& model, std::uint32_t step = 0) {
    std::vector<std::int64_t> all(arena_.size());
    std::iota(all.begin(), all.end(), 0);
    nn::Pass pass(nn::Mode::kTrain, {.seed = 7, .step = step}, activations_);
    return model.forward(data::pack(arena_, all), pass);
  }

  void backward(Classifier& model, std::uint32_t step = 0) {
    model.parameters().grads().zero_();
    const at::Tensor out = logits(model, step);
    torch::autograd::backward({nn::cross_entropy_sum(out, arena_.labels)}, {});
  }

  tracker::test::TempDirectory folder_;
  data::TokenArena arena_ = test::tiny_arena(6);
  nn::Activations activations_ = nn::Activations::kKept;
};

inline std::map<std::string, at::Tensor> by_name(const nn::ParameterSet& set, bool gradients) {
  std::map<std::string, at::Tensor> out;
  for (const nn::Parameter& p : set.parameters())
    out[p.spec.name] = gradients ? set.grad(p) : set.master(p);
  return out;
}

}  // namespace trainer::models
