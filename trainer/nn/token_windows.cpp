#include "nn/token_windows.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/zeros.h>

namespace trainer::nn {

at::Tensor token_windows(const at::Tensor& x, std::span<const std::int32_t> cu_seqlens,
                         std::int64_t width) {
  const std::int64_t tokens = x.size(0);
  at::Tensor places = at::empty({tokens * width}, at::kLong);
  auto* to = places.data_ptr<std::int64_t>();
  for (std::size_t b = 0; b + 1 < cu_seqlens.size(); ++b) {
    for (std::int64_t t = cu_seqlens[b]; t < cu_seqlens[b + 1]; ++t) {
      for (std::int64_t place = t - width / 2; place <= t + width / 2; ++place)
        *to++ = place >= cu_seqlens[b] && place < cu_seqlens[b + 1] ? place : tokens;  // a zero row
    }
  }
  const at::Tensor rows = at::cat({x, at::zeros({1, x.size(1)}, x.options())}, 0);
  return at::index_select(rows, 0, places).view({tokens, width, x.size(1)});
}

}  // namespace trainer::nn
