#pragma once

#include <cstdint>

#include "nn/kernels/cpu/bfloat16.hpp"

// Arguments of the optimizers' passes over flat fp32 buffers; kernels.hpp has the table and AdamW.
// Each pass scales the gradient by the clipping factor, updates parameters and state, clears the
// gradient and refreshes the bf16 shadow, so that memory is read once. Pointers are those of the
// first element; buffers are the caller's.
namespace trainer::nn::cpu {

struct RowRange;

struct UpdateTarget {
  float* parameter = nullptr;
  float* gradient = nullptr;
  Bf16* shadow = nullptr;  // null: none
  float gradient_scale = 1.0F;
  float lr = 0.0F;
  float weight_decay = 0.0F;
};

// torch.optim.SGD: the decay is added to the gradient (L2); buffer = momentum * buffer + (1 -
// dampening) * gradient, at the first step the gradient itself.
struct SgdArgs {
  UpdateTarget to = {};
  float* buffer = nullptr;  // null: no momentum
  float momentum = 0.0F;
  float dampening = 0.0F;
  bool nesterov = false;
  bool first = false;
};

// Lion (Chen et al., 2023) as bitsandbytes' 32-bit kernel has it: p *= 1 - lr*decay; p -= lr *
// sign(beta1*m + (1-beta1)*g); m = beta2*m + (1-beta2)*g. The sign of 0 is 0.
struct LionArgs {
  UpdateTarget to = {};
  float* m = nullptr;
  float beta1 = 0.9F;
  float beta2 = 0.999F;
};

// Adafactor (Shazeer and Stern, 2018): the update of element (r, c) is g * row_factor[r] *
// column_factor[c]; p -= lr*decay*p + step*update.
struct AdafactorArgs {
  UpdateTarget to = {};
  const float* row_factor = nullptr;     // [rows]
  const float* column_factor = nullptr;  // [columns]
  std::int64_t columns = 0;
  float step = 0.0F;  // learning rate over how far the update's RMS exceeds the threshold
};

struct OptimizerKernels {
  void (*sgd)(const SgdArgs&, RowRange);    // a range of elements
  void (*lion)(const LionArgs&, RowRange);  // a range of elements
  // sums[r] = sum over the columns of x[r][c]^2, for the rows of the range.
  void (*row_squares)(const float* x, std::int64_t columns, RowRange rows, float* sums);
  // sums[c] = sum over all rows of x[r][c]^2, for the columns of the range.
  void (*column_squares)(const float* x, std::int64_t rows, std::int64_t columns, RowRange range,
                         float* sums);
  // Sum of the squares of the (scaled) updates of the rows of the range.
  double (*adafactor_squares)(const AdafactorArgs&, RowRange rows);
  void (*adafactor)(const AdafactorArgs&, RowRange rows);
};

}  // namespace trainer::nn::cpu
