#pragma once

#include <cstdint>

#include "nn/kernels/cpu/kernels.hpp"

namespace trainer::nn {

// Train draws dropout and keeps what backward needs; evaluate does neither.
enum class Mode { kTrain, kEvaluate };

// What backward needs of a layer is kept, or made once more from the layer's input: less memory for
// a third more work.
enum class Activations { kKept, kRecomputed };

// Where in the training the random numbers of a pass lie: pass the same pair again and the same
// elements are dropped. `step` counts forward passes with dropout since the start of training; it
// is all that a checkpoint must keep.
struct DropoutStream {
  std::uint64_t seed = 0;
  std::uint32_t step = 0;
};

// One forward pass. Each layer that drops asks once, in a fixed order, so that every site has its
// own numbers.
class Pass {
 public:
  explicit Pass(Mode mode, DropoutStream stream = {}, Activations activations = Activations::kKept)
      : mode_(mode), stream_(stream), activations_(activations) {}

  Mode mode() const noexcept { return mode_; }
  Activations activations() const noexcept { return activations_; }

  // The place of the next dropout of probability p (0 <= p < 1, rounded to 1/65536); off when
  // evaluating.
  cpu::DropoutPlace dropout(double p) { return dropout_at(p, sites_++); }

  // The same at a place of the caller's own numbering, which lies beside the others.
  cpu::DropoutPlace dropout_at(double p, std::uint32_t site) const {
    const auto threshold = static_cast<std::uint32_t>(p * 65536.0 + 0.5);
    if (mode_ == Mode::kEvaluate || threshold == 0) return {};
    return {.seed = stream_.seed,
            .step = stream_.step,
            .site = site,
            .threshold = threshold,
            .scale = 65536.0F / (65536.0F - static_cast<float>(threshold))};
  }

 private:
  Mode mode_;
  DropoutStream stream_;
  Activations activations_;
  std::uint32_t sites_ = 0;
};

}  // namespace trainer::nn
