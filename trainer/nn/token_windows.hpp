#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <span>

namespace trainer::nn {

// x [T,C] -> [T,width,C], width odd: each token's neighbours and itself, in order, zeros beyond its
// own text's ends. What convolutions over tokens are sums of.
at::Tensor token_windows(const at::Tensor& x, std::span<const std::int32_t> cu_seqlens,
                         std::int64_t width);

}  // namespace trainer::nn
