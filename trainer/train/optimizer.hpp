#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <vector>

#include "nn/parameter_set.hpp"

namespace trainer::train {

struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0.0;   // for parameters whose spec says Decay::kYes
  double max_grad_norm = 1.0;  // 0: no clipping
};

// AdamW over a ParameterSet's flat buffers: one pass for the norm, one that clips, updates masters
// and moments, clears the gradients and refreshes the bf16 shadow. Owned by the training loop; its
// state is m, v and the count of steps.
class AdamW {
 public:
  AdamW(nn::ParameterSet& parameters, const AdamWOptions& options);

  // Returns the gradients' norm before clipping. When it is not finite nothing is changed.
  double step(double learning_rate);

  at::Tensor& m() noexcept { return m_; }  // [size] fp32
  at::Tensor& v() noexcept { return v_; }  // [size] fp32
  std::int64_t steps() const noexcept { return steps_; }
  void set_steps(std::int64_t steps) noexcept { steps_ = steps; }

 private:
  // Neighbouring parameters of equal treatment.
  struct Run {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    nn::Decay decay = nn::Decay::kYes;
  };

  nn::ParameterSet& parameters_;
  AdamWOptions options_;
  std::vector<Run> runs_;
  at::Tensor m_;
  at::Tensor v_;
  std::int64_t steps_ = 0;
};

}  // namespace trainer::train
