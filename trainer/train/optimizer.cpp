#include "train/optimizer.hpp"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

#include "nn/parallel.hpp"

namespace trainer::train {
namespace {

constexpr std::int64_t kGrain = 1 << 15;  // elements

double gradient_norm(const at::Tensor& grads) {
  const auto* data = grads.const_data_ptr<float>();
  std::vector<double> partial(static_cast<std::size_t>(at::get_num_threads()), 0.0);
  nn::parallel_rows(grads.numel(), kGrain, [&](nn::cpu::RowRange range) {
    partial[static_cast<std::size_t>(at::get_thread_num())] +=
        nn::cpu::kernels().sum_of_squares(data, range);
  });
  double total = 0.0;
  for (const double part : partial) total += part;
  return std::sqrt(total);
}

}  // namespace

AdamW::AdamW(nn::ParameterSet& parameters, const AdamWOptions& options)
    : parameters_(parameters),
      options_(options),
      m_(at::zeros({parameters.size()}, at::kFloat)),
      v_(at::zeros({parameters.size()}, at::kFloat)) {
  for (const nn::Parameter& parameter : parameters.parameters()) {
    const std::int64_t end = parameter.offset + parameter.size;
    const bool same = !runs_.empty() &&
                      (runs_.back().decay == parameter.spec.decay || options.weight_decay == 0.0);
    if (same) {
      runs_.back().end = end;
    } else {
      runs_.push_back({parameter.offset, end, parameter.spec.decay});
    }
  }
}

double AdamW::step(double learning_rate) {
  const double norm = gradient_norm(parameters_.grads());
  if (!std::isfinite(norm)) return norm;
  ++steps_;
  const double limit = options_.max_grad_norm;
  const auto t = static_cast<double>(steps_);
  nn::cpu::AdamWArgs args{
      .parameter = parameters_.masters().data_ptr<float>(),
      .gradient = parameters_.grads().data_ptr<float>(),
      .m = m_.data_ptr<float>(),
      .v = v_.data_ptr<float>(),
      .shadow =
          parameters_.shadow().defined() ? nn::data<nn::cpu::Bf16>(parameters_.shadow()) : nullptr,
      .gradient_scale =
          limit > 0.0 ? static_cast<float>(std::min(1.0, limit / (norm + 1e-6))) : 1.0F,
      .lr = static_cast<float>(learning_rate),
      .beta1 = static_cast<float>(options_.beta1),
      .beta2 = static_cast<float>(options_.beta2),
      .eps = static_cast<float>(options_.eps),
      .bias1 = static_cast<float>(1.0 - std::pow(options_.beta1, t)),
      .bias2_sqrt = static_cast<float>(std::sqrt(1.0 - std::pow(options_.beta2, t)))};
  for (const Run& run : runs_) {
    args.weight_decay =
        run.decay == nn::Decay::kYes ? static_cast<float>(options_.weight_decay) : 0.0F;
    nn::parallel_rows(run.end - run.begin, kGrain, [&](nn::cpu::RowRange range) {
      nn::cpu::kernels().adamw(args, {run.begin + range.begin, run.begin + range.end});
    });
  }
  return norm;
}

}  // namespace trainer::train
