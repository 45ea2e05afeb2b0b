#pragma once

#include <utility>
#include <vector>

#include "train/optimizer.hpp"

// The optimizers that treat each element by itself, as torch.optim has them (Lion as the Trainer's
// lion_32bit); made by make_optimizer(). Their state is float32 with one element per trained one,
// [trained], in the order of the model's parameters. update() takes the rate of the step and the
// factor that clips the gradient, both plain numbers.
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
