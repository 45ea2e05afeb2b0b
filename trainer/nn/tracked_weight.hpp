#pragma once

#include <ATen/core/TensorBody.h>

#include "nn/parameter_set.hpp"

namespace trainer::nn {

// The fp32 masters of a weight as a tensor that autograd follows: its gradient is added to
// Weight::grad. For parts that are written in ATen's operators, without a backward of their own.
at::Tensor tracked(const Weight& weight);

}  // namespace trainer::nn
