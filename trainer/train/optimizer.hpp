#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nn/kernels/cpu/kernels.hpp"
#include "nn/parameter_set.hpp"
#include "train/keyed_values.hpp"
#include "train/parameter_groups.hpp"

// The optimizers, over a ParameterSet's flat buffers: one pass takes the gradients' norm, another
// clips, updates masters and state, clears the gradients and refreshes the bf16 shadow. Names and
// defaults are those of the Trainer's --optim.
namespace trainer::train {

enum class OptimizerKind {
  kAdamW,      // adamw_torch, adamw_torch_fused: torch.optim.AdamW
  kAdafactor,  // transformers.Adafactor with scale_parameter and relative_step off
  kSgd,        // torch.optim.SGD; momentum, dampening, nesterov
  kLion,       // lion_32bit: bitsandbytes' Lion
};

// Throws Error(kUsage) that lists the names.
OptimizerKind optimizer_from_name(std::string_view name);
std::string_view name_of(OptimizerKind kind);
std::string optimizer_names();

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::kAdamW;
  double beta1 = 0.9;    // AdamW, Lion
  double beta2 = 0.999;  // AdamW, Lion
  double eps = 1e-8;     // AdamW
  double momentum = 0.0;
  double dampening = 0.0;
  bool nesterov = false;
  double max_grad_norm = 1.0;  // 0: no clipping
};

// Reads --optim-args. Throws Error(kUsage).
void read_arguments(OptimizerOptions& options, const KeyedValues& arguments);

// Owned by the training loop, which is its only thread. Its state is some fp32 buffers and the
// count of steps; with both back it goes on bit for bit.
class Optimizer {
 public:
  struct Buffer {
    std::string name;
    at::Tensor values;  // [n] fp32, contiguous
  };

  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // Returns the norm of the trained parameters' gradients before clipping. When it is not finite
  // nothing is changed; else all gradients are cleared, those of frozen parameters too.
  double step(double learning_rate);

  virtual std::vector<Buffer> state() = 0;  // the buffers themselves, not copies
  OptimizerKind kind() const noexcept { return options_.kind; }
  std::int64_t steps() const noexcept { return steps_; }
  void set_steps(std::int64_t steps) noexcept { steps_ = steps; }

 protected:
  Optimizer(nn::ParameterSet& parameters, const OptimizerOptions& options,
            std::vector<ParameterGroup> groups);

  // Updates the trained groups with a gradient that is to be scaled; steps() counts this step.
  virtual void update(double learning_rate, float gradient_scale) = 0;

  // The group's first elements and what its kernels need beside them.
  nn::cpu::UpdateTarget target(const ParameterGroup& group, double learning_rate,
                               float gradient_scale) const;

  nn::ParameterSet& parameters_;
  OptimizerOptions options_;
  std::vector<ParameterGroup> groups_;

 private:
  double gradient_norm() const;
  void clear_frozen();

  std::int64_t steps_ = 0;
};

// `treatments`: one per parameter.
std::unique_ptr<Optimizer> make_optimizer(nn::ParameterSet& parameters,
                                          const OptimizerOptions& options,
                                          const std::vector<Treatment>& treatments);

}  // namespace trainer::train
