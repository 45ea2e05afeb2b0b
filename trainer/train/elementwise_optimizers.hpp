#pragma once

#include <utility>
#include <vector>

#include "train/optimizer.hpp"

// The optimizers that treat each element by itself; made by make_optimizer(). Their state has one
// element per trained one, in the order of the model's parameters.
namespace trainer::train {

class AdamW : public Optimizer {
 public:
  AdamW(nn::ParameterSet& parameters, const OptimizerOptions& options,
        std::vector<ParameterGroup> groups);
  std::vector<Buffer> state() override { return {{"m", m_}, {"v", v_}}; }

 protected:
  void update(double learning_rate, float gradient_scale) override;

 private:
  at::Tensor m_, v_;
};

// Without momentum it has no state.
class Sgd : public Optimizer {
 public:
  Sgd(nn::ParameterSet& parameters, const OptimizerOptions& options,
      std::vector<ParameterGroup> groups);
  std::vector<Buffer> state() override;

 protected:
  void update(double learning_rate, float gradient_scale) override;

 private:
  at::Tensor buffer_;  // undefined: none
};

class Lion : public Optimizer {
 public:
  Lion(nn::ParameterSet& parameters, const OptimizerOptions& options,
       std::vector<ParameterGroup> groups);
  std::vector<Buffer> state() override { return {{"m", m_}}; }

 protected:
  void update(double learning_rate, float gradient_scale) override;

 private:
  at::Tensor m_;
};

}  // namespace trainer::train
