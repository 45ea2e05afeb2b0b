#include "nn/position_bias.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/log.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <c10/util/BFloat16.h>

#include <cmath>

#include "nn/record.hpp"

namespace trainer::nn {
namespace {

struct BucketBackward : BackwardNode {
  Weight table;
  std::vector<std::int32_t> buckets;  // [W]

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    const at::Tensor g = gradients[0].contiguous();
    const std::int64_t heads = g.size(0);
    const std::int64_t width = g.size(1);
    const float* from = g.const_data_ptr<float>();
    float* to = table.grad.data_ptr<float>();
    for (std::int64_t n = 0; n < heads; ++n) {
      for (std::int64_t c = 0; c < width; ++c)
        to[buckets[static_cast<std::size_t>(c)] * heads + n] += from[n * width + c];
    }
    return {at::Tensor()};
  }
};

}  // namespace

std::vector<float> alibi_slopes(std::int64_t heads) {
  const auto floor_power = static_cast<std::int64_t>(1)
                           << static_cast<int>(std::floor(std::log2(static_cast<double>(heads))));
  const auto series = [](std::int64_t power, std::int64_t exponent) {
    const auto base = static_cast<float>(
        std::pow(2.0, -std::pow(2.0, -(std::log2(static_cast<double>(power)) - 3))));
    return std::pow(base, static_cast<float>(exponent));
  };
  std::vector<float> slopes;
  for (std::int64_t i = 1; i <= floor_power; ++i) slopes.push_back(series(floor_power, i));
  for (std::int64_t i = 1; static_cast<std::int64_t>(slopes.size()) < heads; i += 2)
    slopes.push_back(series(2 * floor_power, i));
  return slopes;
}

AttentionBias alibi_bias(const std::vector<float>& slopes, std::int64_t longest) {
  const auto heads = static_cast<std::int64_t>(slopes.size());
  const std::int64_t width = 2 * longest - 1;
  AttentionBias bias{.values = at::empty({heads, width}, at::kFloat)};
  float* to = bias.values.data_ptr<float>();
  for (std::int64_t n = 0; n < heads; ++n) {
    for (std::int64_t c = 0; c < width; ++c)
      to[n * width + c] = slopes[static_cast<std::size_t>(n)] * static_cast<float>(c - longest + 1);
  }
  return bias;
}

AttentionBias rounded_alibi_bias(const std::vector<float>& slopes, std::int64_t longest,
                                 double scale) {
  const auto heads = static_cast<std::int64_t>(slopes.size());
  AttentionBias bias{.values = at::empty({heads, longest}, at::kFloat),
                     .by = AttentionBias::By::kKey};
  float* to = bias.values.data_ptr<float>();
  for (std::int64_t n = 0; n < heads; ++n) {
    const auto slope = static_cast<float>(c10::BFloat16(slopes[static_cast<std::size_t>(n)]));
    for (std::int64_t c = 0; c < longest; ++c) {
      // A key's number is rounded too before the product is.
      const auto key = static_cast<float>(c10::BFloat16(static_cast<float>(c)));
      to[n * longest + c] =
          static_cast<float>(c10::BFloat16(slope * key)) * static_cast<float>(scale);
    }
  }
  return bias;
}

std::vector<std::int32_t> buckets_of_distances(const BucketConfig& config, std::int64_t longest) {
  at::NoGradGuard no_grad;
  std::int64_t buckets = config.buckets;
  at::Tensor distance = at::arange(1 - longest, longest, at::kLong);
  at::Tensor base = at::zeros_like(distance);
  if (config.bidirectional) {
    buckets /= 2;
    base = (distance > 0).to(at::kLong) * buckets;
    distance = distance.abs();
  } else {
    distance = -at::minimum(distance, at::zeros_like(distance));
  }
  const std::int64_t exact = buckets / 2;
  const at::Tensor large =
      exact + (at::log(distance.to(at::kFloat) / static_cast<double>(exact)) /
               std::log(static_cast<double>(config.max_distance) / static_cast<double>(exact)) *
               static_cast<double>(buckets - exact))
                  .to(at::kLong);
  const at::Tensor capped = at::minimum(large, at::zeros_like(large) + (buckets - 1));
  const at::Tensor bucket = base + at::where(distance < exact, distance, capped);
  std::vector<std::int32_t> out;
  const auto* from = bucket.const_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < bucket.numel(); ++i)
    out.push_back(static_cast<std::int32_t>(from[i]));
  return out;
}

AttentionBias bucket_bias(const Weight& table, const BucketConfig& config, std::int64_t longest) {
  auto node = make_node<BucketBackward>();
  node->table = table;
  node->buckets = buckets_of_distances(config, longest);
  const std::int64_t heads = table.master.size(1);
  const std::int64_t width = 2 * longest - 1;
  at::Tensor values = at::empty({heads, width}, at::kFloat);
  const float* from = table.master.const_data_ptr<float>();
  float* to = values.data_ptr<float>();
  for (std::int64_t n = 0; n < heads; ++n) {
    for (std::int64_t c = 0; c < width; ++c)
      to[n * width + c] = from[node->buckets[static_cast<std::size_t>(c)] * heads + n];
  }
  if (!table.grad.defined()) return {.values = values};
  // Nothing before this has a history: an anchor that wants a gradient makes autograd walk here.
  const at::Tensor anchor = at::zeros({1}, at::kFloat).set_requires_grad(true);
  return {.values = record(std::move(values), std::move(node), {anchor})};
}

}  // namespace trainer::nn
