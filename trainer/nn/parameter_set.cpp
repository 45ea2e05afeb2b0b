#include "nn/parameter_set.hpp"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <numeric>

#include "config/error.hpp"
#include "nn/parallel.hpp"

namespace trainer::nn {
namespace {

std::int64_t count(const std::vector<std::int64_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

}  // namespace

ParameterSet::ParameterSet(std::vector<ParameterSpec> specs, Compute compute, Purpose purpose,
                           std::vector<LowRankSpec> low_rank)
    : compute_(compute), low_rank_(std::move(low_rank)) {
  std::int64_t gradients = 0;
  for (ParameterSpec& spec : specs) {
    if (!by_name_.emplace(spec.name, parameters_.size()).second) {
      throw Error(ErrorCode::kInternal, "parameter declared twice: " + spec.name);
    }
    const std::int64_t size = count(spec.shape);
    const bool has_gradient = purpose == Purpose::kTrain && spec.gradient != Gradient::kNone;
    parameters_.push_back({.spec = std::move(spec),
                           .offset = size_,
                           .size = size,
                           .gradient = has_gradient ? gradients : -1});
    size_ += size;
    if (has_gradient) gradients += size;
  }
  masters_ = at::zeros({size_}, at::kFloat);
  if (purpose == Purpose::kTrain) grads_ = at::zeros({gradients}, at::kFloat);
  if (compute_ == Compute::kBfloat16) shadow_ = at::zeros({size_}, at::kBFloat16);
}

const Parameter& ParameterSet::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end())
    throw Error(ErrorCode::kInternal, "no parameter named " + std::string(name));
  return parameters_[found->second];
}

Weight ParameterSet::view(const Parameter& first, const std::vector<std::int64_t>& shape) const {
  const std::int64_t size = count(shape);
  const auto cut = [&](const at::Tensor& flat, std::int64_t offset) {
    return flat.defined() && offset >= 0 ? flat.narrow(0, offset, size).view(shape) : at::Tensor();
  };
  const at::Tensor master = cut(masters_, first.offset);
  return {.master = master,
          .value = shadow_.defined() ? cut(shadow_, first.offset) : master,
          .grad = cut(grads_, first.gradient)};
}

Weight ParameterSet::weight(std::string_view name) const {
  const Parameter& found = find(name);
  return view(found, found.spec.shape);
}

Weight ParameterSet::stacked(std::span<const std::string> names) const {
  const Parameter& first = find(names.front());
  std::vector<std::int64_t> shape = first.spec.shape;
  std::int64_t end = first.offset + first.size;
  for (const std::string& name : names.subspan(1)) {
    const Parameter& next = find(name);
    if (next.offset != end)
      throw Error(ErrorCode::kInternal, name + " does not follow its neighbour");
    if ((next.gradient < 0) != (first.gradient < 0))
      throw Error(ErrorCode::kInternal, name + " is trained, or its neighbour, but not both");
    end += next.size;
    shape[0] += next.spec.shape[0];
  }
  return view(first, shape);
}

at::Tensor ParameterSet::master(const Parameter& parameter) const {
  return masters_.narrow(0, parameter.offset, parameter.size).view(parameter.spec.shape);
}

at::Tensor ParameterSet::grad(const Parameter& parameter) const {
  if (parameter.gradient < 0) return {};
  return grads_.narrow(0, parameter.gradient, parameter.size).view(parameter.spec.shape);
}

const LowRankSpec* ParameterSet::low_rank_of(std::string_view module) const {
  const auto found =
      std::find_if(low_rank_.begin(), low_rank_.end(),
                   [module](const LowRankSpec& spec) { return spec.module == module; });
  return found == low_rank_.end() ? nullptr : &*found;
}

void ParameterSet::refresh_shadow() {
  if (!shadow_.defined()) return;
  const float* from = masters_.const_data_ptr<float>();
  auto* to = data<cpu::Bf16>(shadow_);
  parallel_rows(size_, 1 << 16,
                [&](cpu::RowRange range) { cpu::kernels().to_bf16(from, to, range); });
}

}  // namespace trainer::nn
