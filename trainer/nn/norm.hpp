#pragma once

#include <ATen/core/TensorBody.h>

#include <optional>

#include "nn/kernels/cpu/kernels.hpp"
#include "nn/parameter_set.hpp"

// LayerNorm (Ba et al., 2016) and RMSNorm (Zhang and Sennrich, 2019), fused with the dropout and
// the residual sum before them. T rows, H columns; statistics and sums in fp32 whatever x's type.
namespace trainer::nn {

enum class NormKind {
  kLayer,
  kRms,         // x / rms(x) * gamma
  kRmsPlusOne,  // x / rms(x) * (1 + gamma): the gemma family
};

struct NormWeights {
  Weight gamma;                // [H]
  std::optional<Weight> beta;  // [H]; LayerNorm only, and there optional
  double eps = 1e-12;
  NormKind kind = NormKind::kLayer;
};

// norm(residual + dropout(x)) for x [T,H]; residual may be undefined.
at::Tensor add_norm(const at::Tensor& x, const at::Tensor& residual, const NormWeights& weights,
                    const cpu::DropoutPlace& dropout);

// The same with the sum, for blocks that go on from it: pre-norm.
struct SumAndNorm {
  at::Tensor sum;   // residual + dropout(x) [T,H]
  at::Tensor norm;  // its norm [T,H]
};
SumAndNorm add_then_norm(const at::Tensor& x, const at::Tensor& residual,
                         const NormWeights& weights, const cpu::DropoutPlace& dropout);

// dropout(x) for x [rows,columns]; x itself when the place is off.
at::Tensor dropout(const at::Tensor& x, const cpu::DropoutPlace& place);

}  // namespace trainer::nn
