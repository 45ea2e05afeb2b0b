#pragma once

#include <ATen/core/TensorBody.h>

#include "nn/kernels/cpu/kernels.hpp"
#include "nn/parameter_set.hpp"

namespace trainer::nn {

struct NormWeights {
  Weight gamma;  // [H]
  Weight beta;   // [H]
  double eps = 1e-12;
};

// LayerNorm(residual + dropout(x)) for x [T,H]; residual may be undefined. Sums and statistics in
// fp32 whatever x's type.
at::Tensor add_norm(const at::Tensor& x, const at::Tensor& residual, const NormWeights& weights,
                    const cpu::DropoutPlace& dropout);

// dropout(x) for x [rows,columns]; x itself when the place is off.
at::Tensor dropout(const at::Tensor& x, const cpu::DropoutPlace& place);

}  // namespace trainer::nn
