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

  // The same of a low-rank addition. They are numbered beside the others, so that adapters leave
  // these as they are; a module that is applied several times drops anew each time.
  cpu::DropoutPlace low_rank_dropout(double p) {
    return dropout_at(p, kFirstLowRankSite + low_rank_sites_++);
  }

 private:
  static constexpr std::uint32_t kFirstLowRankSite = 0x80000000U;

  cpu::DropoutPlace dropout_at(double p, std::uint32_t site) const {
    const auto threshold = static_cast<std::uint32_t>(p * 65536.0 + 0.5);
    if (mode_ == Mode::kEvaluate || threshold == 0) return {};
    return {.seed = stream_.seed,
            .step = stream_.step,
            .site = site,
            .threshold = threshold,
            .scale = 65536.0F / (65536.0F - static_cast<float>(threshold))};
  }

  Mode mode_;
  DropoutStream stream_;
  Activations activations_;
  std::uint32_t sites_ = 0;
  std::uint32_t low_rank_sites_ = 0;
};

// While it lives, `pass` is the one that this thread computes: low-rank additions draw from it, to
// which products do not hand it. A layer that is computed again in backward brings a copy of the
// pass as it was before that layer. `pass` must outlive it; they nest.
class RunningPass {
 public:
  explicit RunningPass(Pass& pass) noexcept : before_(current_) { current_ = &pass; }
  RunningPass(const RunningPass&) = delete;
  RunningPass& operator=(const RunningPass&) = delete;
  ~RunningPass() { current_ = before_; }

  static Pass* current() noexcept { return current_; }  // null: none

 private:
  Pass* before_;
  static inline thread_local Pass* current_ = nullptr;
};

}  // namespace trainer::nn
