#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/ceil.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/log.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/where.h>

#include "nn/disentangled_attention.hpp"

// ATen's operators, so that roundings at the borders of buckets are those of the reference.
namespace trainer::nn {

std::vector<std::int32_t> rows_of_distances(const DistanceRows& config, std::int64_t longest) {
  at::NoGradGuard no_grad;
  at::Tensor distance = at::arange(1 - longest, longest, at::kLong);
  if (config.buckets > 0 && config.max_distance > 0) {
    const std::int64_t middle = config.buckets / 2;
    const at::Tensor size = at::where((distance < middle).logical_and(distance > -middle),
                                      at::scalar_tensor(middle - 1, at::kLong), distance.abs());
    const at::Tensor base = at::scalar_tensor(
        static_cast<double>(config.max_distance - 1) / static_cast<double>(middle), at::kFloat);
    const at::Tensor far =
        at::ceil(at::log(size / middle) / at::log(base) * static_cast<double>(middle - 1)) +
        static_cast<double>(middle);
    distance =
        at::where(size <= middle, distance.to(at::kFloat), far * at::sign(distance)).to(at::kLong);
  }
  const at::Tensor rows = at::clamp(distance + config.span, 0, 2 * config.span - 1);
  const auto* from = rows.const_data_ptr<std::int64_t>();
  std::vector<std::int32_t> out;
  for (std::int64_t i = 0; i < rows.numel(); ++i) out.push_back(static_cast<std::int32_t>(from[i]));
  return out;
}

}  // namespace trainer::nn
