#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/outer.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/reciprocal.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "nn/rotary.hpp"

// Frequencies and tables of rotary.hpp. ATen's operators, so that roundings are those of the
// reference.
namespace trainer::nn {
namespace {

// base^(0/dim), base^(2/dim), …
at::Tensor powers(double base, std::int64_t dim) {
  const at::Tensor exponents = at::arange(0, dim, 2, at::kFloat) / static_cast<double>(dim);
  return at::pow(base, exponents);
}

at::Tensor plain(double base, std::int64_t dim) { return 1.0 / powers(base, dim); }

at::Tensor llama3(const RotaryConfig& c) {
  const at::Tensor frequency = plain(c.theta, c.dim);
  const auto old = static_cast<double>(c.original_max);
  const double low_wave = old / c.low_freq_factor;
  const double high_wave = old / c.high_freq_factor;
  const at::Tensor wave = 2.0 * std::numbers::pi / frequency;
  const at::Tensor scaled = at::where(wave > low_wave, frequency / c.factor, frequency);
  const at::Tensor smooth =
      (old / wave - c.low_freq_factor) / (c.high_freq_factor - c.low_freq_factor);
  const at::Tensor smoothed = (1.0 - smooth) * scaled / c.factor + smooth * scaled;
  const at::Tensor medium = (wave >= high_wave).logical_and(wave <= low_wave);
  return at::where(medium, smoothed, scaled);
}

at::Tensor yarn(const RotaryConfig& c) {
  const auto correction = [&](double rotations) {
    const double full = static_cast<double>(c.original_max) / (rotations * 2 * std::numbers::pi);
    return static_cast<double>(c.dim) * std::log(full) / (2 * std::log(c.theta));
  };
  double low = correction(c.beta_fast);
  double high = correction(c.beta_slow);
  if (c.truncate) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, static_cast<double>(c.dim - 1));
  if (low == high) high += 0.001;
  const at::Tensor positions = powers(c.theta, c.dim);
  const at::Tensor extrapolation = 1.0 / positions;
  const at::Tensor interpolation = 1.0 / (c.factor * positions);
  const at::Tensor ramp = at::clamp((at::arange(c.dim / 2, at::kFloat) - low) / (high - low), 0, 1);
  const at::Tensor keep = 1.0 - ramp;
  return interpolation * (1.0 - keep) + extrapolation * keep;
}

at::Tensor dynamic(const RotaryConfig& c, std::int64_t length) {
  const auto longest = static_cast<double>(std::max(length, c.max_positions));
  const auto dim = static_cast<double>(c.dim);
  const double stretch =
      c.factor * longest / static_cast<double>(c.max_positions) - (c.factor - 1.0);
  return plain(c.theta * std::pow(stretch, dim / (dim - 2.0)), c.dim);
}

at::Tensor longrope(const RotaryConfig& c, const std::vector<double>& factors) {
  return 1.0 / (at::tensor(factors, at::kDouble).to(at::kFloat) * powers(c.theta, c.dim));
}

// The frequencies of a text of `length` tokens.
at::Tensor frequencies(const RotaryConfig& c, std::int64_t length) {
  switch (c.scaling) {
    case RotaryScaling::kNone:
      return plain(c.theta, c.dim);
    case RotaryScaling::kLinear:
      return plain(c.theta, c.dim) / c.factor;
    case RotaryScaling::kDynamic:
      return dynamic(c, length);
    case RotaryScaling::kLlama3:
      return llama3(c);
    case RotaryScaling::kYarn:
      return yarn(c);
    case RotaryScaling::kLongRope:
      return longrope(c, length > c.original_max ? c.long_factors : c.short_factors);
  }
  return {};
}

// Texts of equal classes share a table.
std::int64_t length_class(const RotaryConfig& c, std::int64_t length) {
  if (c.scaling == RotaryScaling::kDynamic) return std::max(length, c.max_positions);
  if (c.scaling == RotaryScaling::kLongRope) return length > c.original_max ? 1 : 0;
  return 0;
}

struct Table {
  std::int64_t longest = 0;
  std::int64_t first_row = 0;
};

}  // namespace

std::shared_ptr<const RotaryAngles> rotary_angles(const RotaryConfig& config,
                                                  std::span<const std::int32_t> positions,
                                                  std::span<const std::int32_t> cu_seqlens) {
  std::map<std::int64_t, Table> tables;
  const auto length_of = [&](std::size_t b) {
    return static_cast<std::int64_t>(cu_seqlens[b + 1] - cu_seqlens[b]);
  };
  for (std::size_t b = 0; b + 1 < cu_seqlens.size(); ++b) {
    Table& table = tables[length_class(config, length_of(b))];
    table.longest = std::max(table.longest, length_of(b));
  }
  auto out = std::make_shared<RotaryAngles>();
  out->half = config.half();
  out->interleaved = config.interleaved;
  std::vector<at::Tensor> parts;
  std::int64_t rows = 0;
  for (auto& [key, table] : tables) {
    table.first_row = rows;
    rows += table.longest;
    parts.push_back(
        at::outer(at::arange(table.longest, at::kFloat), frequencies(config, table.longest)));
  }
  const at::Tensor angles = at::cat(parts);
  out->cosines = (angles.cos() * config.attention_factor).contiguous();
  out->sines = (angles.sin() * config.attention_factor).contiguous();
  out->rows.resize(positions.size());
  for (std::size_t b = 0; b + 1 < cu_seqlens.size(); ++b) {
    const auto first =
        static_cast<std::int32_t>(tables[length_class(config, length_of(b))].first_row);
    for (auto t = static_cast<std::size_t>(cu_seqlens[b]);
         t < static_cast<std::size_t>(cu_seqlens[b + 1]); ++t) {
      out->rows[t] = first + positions[t];
    }
  }
  return out;
}

std::shared_ptr<const RotaryAngles> stored_angles(const at::Tensor& table, bool interleaved,
                                                  std::span<const std::int32_t> positions) {
  const std::int64_t half = table.size(1) / 2;
  auto angles = std::make_shared<RotaryAngles>();
  angles->sines = table.narrow(1, 0, half).contiguous();
  angles->cosines = table.narrow(1, half, half).contiguous();
  angles->rows = {positions.begin(), positions.end()};
  angles->half = half;
  angles->interleaved = interleaved;
  return angles;
}

}  // namespace trainer::nn
