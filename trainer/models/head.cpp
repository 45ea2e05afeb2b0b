#include "models/head.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/mean.h>

#include <cmath>

#include "nn/modules.hpp"
#include "nn/specs.hpp"

namespace trainer::models {

void add_head_parameters(std::vector<nn::ParameterSpec>& specs, const HeadConfig& config,
                         std::int64_t hidden, std::int64_t labels) {
  const auto bias_if = [](bool wanted) { return wanted ? nn::Bias::kYes : nn::Bias::kNo; };
  const auto drawn = [&](std::size_t from, double deviation) {
    const std::vector<std::int64_t>& shape = specs[from].shape;
    specs[from].deviation = config.deviation_by_size
                                ? std::sqrt(1.0 / static_cast<double>(shape[0] + shape[1]))
                                : deviation;
    specs[from].cutoff = config.cutoff;
  };
  if (config.dense) {
    const std::size_t at = specs.size();
    nn::add_linear(specs, "head.dense", hidden, hidden, bias_if(config.dense_bias));
    drawn(at, config.dense_deviation);
  }
  if (config.norm) nn::add_norm_weights(specs, "head.norm", {hidden}, bias_if(config.norm_bias));
  const std::size_t at = specs.size();
  nn::add_linear(specs, "head.out", labels, hidden, bias_if(config.out_bias));
  drawn(at, config.out_deviation);
}

Head::Head(const HeadConfig& config, const nn::ParameterSet& set)
    : config_(config), out_(nn::linear_weights(set, "head.out")) {
  if (config.dense) dense_ = nn::linear_weights(set, "head.dense");
  if (config.norm) norm_ = nn::norm_weights(set, "head.norm", {.eps = config.norm_eps});
}

at::Tensor Head::forward(const at::Tensor& pooled, nn::Pass& pass) const {
  // B rows only: fp32 costs nothing here.
  at::Tensor x = pooled.to(at::kFloat);
  x = nn::dropout(x, pass.dropout(config_.input_dropout));
  if (dense_) x = nn::linear(x, *dense_);
  x = nn::activate(config_.activation, x);
  if (norm_) x = nn::add_norm(x, {}, *norm_, {});
  x = nn::dropout(x, pass.dropout(config_.dropout));
  return nn::activate(config_.out_activation, nn::linear(x, out_));
}

namespace {

// The last place in [begin, end) whose id is (or is not) `mark`; `begin` when there is none.
std::int32_t last_place(std::span<const std::int32_t> ids, std::int32_t begin, std::int32_t end,
                        bool (*wanted)(std::int32_t id, std::int32_t mark), std::int32_t mark) {
  for (std::int32_t t = end - 1; t > begin; --t) {
    if (wanted(ids[static_cast<std::size_t>(t)], mark)) return t;
  }
  return begin;
}

}  // namespace

std::vector<std::int32_t> pooled_tokens(Pool pool, const nn::PackedInput& input,
                                        std::optional<std::int32_t> mark) {
  std::vector<std::int32_t> tokens;
  if (pool == Pool::kMean || pool == Pool::kLate) return tokens;
  for (std::size_t b = 0; b < input.sequences(); ++b) {
    const std::int32_t begin = input.cu_seqlens[b];
    const std::int32_t end = input.cu_seqlens[b + 1];
    std::int32_t token = pool == Pool::kFirst ? begin : end - 1;
    if (mark && pool == Pool::kLastToken) {
      token = last_place(
          input.ids, begin, end, [](std::int32_t id, std::int32_t pad) { return id != pad; },
          *mark);
    }
    if (mark && pool == Pool::kLastEos) {
      token = last_place(
          input.ids, begin, end, [](std::int32_t id, std::int32_t eos) { return id == eos; },
          *mark);
    }
    tokens.push_back(token);
  }
  return tokens;
}

at::Tensor mean_of_texts(const at::Tensor& x, std::span<const std::int32_t> cu_seqlens) {
  std::vector<at::Tensor> means;
  for (std::size_t b = 0; b + 1 < cu_seqlens.size(); ++b) {
    means.push_back(
        x.narrow(0, cu_seqlens[b], cu_seqlens[b + 1] - cu_seqlens[b]).to(at::kFloat).mean(0, true));
  }
  return at::cat(means, 0);
}

}  // namespace trainer::models
