#include "train/optimizer.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "config/error.hpp"
#include "nn/parallel.hpp"
#include "train/adafactor.hpp"
#include "train/elementwise_optimizers.hpp"

namespace trainer::train {
namespace {

// Elements of one sum of squares: it decides how the norm is rounded, and so how curves come out.
constexpr std::int64_t kNormBlock = 1 << 15;

struct NamedOptimizer {
  std::string_view name;
  OptimizerKind kind;
};
constexpr std::array kOptimizers = {NamedOptimizer{"adamw_torch", OptimizerKind::kAdamW},
                                    NamedOptimizer{"adamw_torch_fused", OptimizerKind::kAdamW},
                                    NamedOptimizer{"adafactor", OptimizerKind::kAdafactor},
                                    NamedOptimizer{"sgd", OptimizerKind::kSgd},
                                    NamedOptimizer{"lion_32bit", OptimizerKind::kLion}};

}  // namespace

OptimizerKind optimizer_from_name(std::string_view name) {
  for (const NamedOptimizer& entry : kOptimizers) {
    if (entry.name == name) return entry.kind;
  }
  throw Error(ErrorCode::kUsage,
              "--optim '" + std::string(name) + "' is not known; known are " + optimizer_names());
}

std::string_view name_of(OptimizerKind kind) {
  return std::find_if(kOptimizers.begin(), kOptimizers.end(),
                      [kind](const NamedOptimizer& entry) { return entry.kind == kind; })
      ->name;
}

std::string optimizer_names() {
  std::string known;
  for (const NamedOptimizer& entry : kOptimizers) {
    if (!known.empty()) known += ", ";
    known += entry.name;
  }
  return known;
}

void read_arguments(OptimizerOptions& options, const KeyedValues& values) {
  if (options.kind != OptimizerKind::kSgd)
    return values.expect_only({}, std::string(name_of(options.kind)));
  values.expect_only({"momentum", "dampening", "nesterov"}, "sgd (its decay is --weight-decay)");
  options.momentum = values.number_or("momentum", 0.0);
  options.dampening = values.number_or("dampening", 0.0);
  options.nesterov = values.flag_or("nesterov", false);
  if (options.momentum < 0) values.refuse("momentum", "is below 0");
  if (options.nesterov && (options.momentum <= 0 || options.dampening != 0))
    values.refuse("nesterov", "needs a momentum and no dampening");
}

Optimizer::Optimizer(nn::ParameterSet& parameters, const OptimizerOptions& options,
                     std::vector<ParameterGroup> groups)
    : parameters_(parameters), options_(options), groups_(std::move(groups)) {}

double Optimizer::gradient_norm() const {
  const float* data = parameters_.grads().const_data_ptr<float>();
  double total = 0.0;
  for (const ParameterGroup& group : groups_) {
    if (!group.treatment.trained) continue;
    // One sum per block, added in order: the norm does not depend on the number of threads.
    const std::int64_t blocks = (group.end - group.begin + kNormBlock - 1) / kNormBlock;
    std::vector<double> sums(static_cast<std::size_t>(blocks));
    nn::parallel_rows(blocks, 1, [&](nn::cpu::RowRange range) {
      for (std::int64_t i = range.begin; i < range.end; ++i) {
        const std::int64_t begin = group.gradient + i * kNormBlock;
        const std::int64_t end = group.gradient + group.end - group.begin;
        sums[static_cast<std::size_t>(i)] =
            nn::cpu::kernels().sum_of_squares(data, {begin, std::min(begin + kNormBlock, end)});
      }
    });
    for (const double sum : sums) total += sum;
  }
  return std::sqrt(total);
}

void Optimizer::clear_frozen() {
  float* data = parameters_.grads().data_ptr<float>();
  for (const ParameterGroup& group : groups_) {
    if (!group.treatment.trained && group.gradient >= 0)
      std::fill_n(data + group.gradient, group.end - group.begin, 0.0F);
  }
}

double Optimizer::step(double learning_rate) {
  const double norm = gradient_norm();
  if (!std::isfinite(norm)) return norm;
  ++steps_;
  const double limit = options_.max_grad_norm;
  update(learning_rate,
         limit > 0.0 ? static_cast<float>(std::min(1.0, limit / (norm + 1e-6))) : 1.0F);
  clear_frozen();
  return norm;
}

nn::cpu::UpdateTarget Optimizer::target(const ParameterGroup& group, double learning_rate,
                                        float gradient_scale) const {
  const at::Tensor& shadow = parameters_.shadow();
  return {.parameter = parameters_.masters().data_ptr<float>() + group.begin,
          .gradient = parameters_.grads().data_ptr<float>() + group.gradient,
          .shadow = shadow.defined() ? nn::data<nn::cpu::Bf16>(shadow) + group.begin : nullptr,
          .gradient_scale = gradient_scale,
          .lr = static_cast<float>(learning_rate * group.treatment.lr_scale),
          .weight_decay = static_cast<float>(group.treatment.weight_decay)};
}

std::unique_ptr<Optimizer> make_optimizer(nn::ParameterSet& parameters,
                                          const OptimizerOptions& options,
                                          const std::vector<Treatment>& treatments) {
  std::vector<ParameterGroup> groups = group(parameters, treatments);
  switch (options.kind) {
    case OptimizerKind::kAdafactor:
      return std::make_unique<Adafactor>(parameters, options, std::move(groups), treatments);
    case OptimizerKind::kSgd:
      return std::make_unique<Sgd>(parameters, options, std::move(groups));
    case OptimizerKind::kLion:
      return std::make_unique<Lion>(parameters, options, std::move(groups));
    case OptimizerKind::kAdamW:
      break;
  }
  return std::make_unique<AdamW>(parameters, options, std::move(groups));
}

}  // namespace trainer::train
