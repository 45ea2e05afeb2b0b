#include "train/sampler.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/randperm.h>

#include <algorithm>
#include <numeric>

namespace trainer::train {

std::vector<std::int64_t> Sampler::epoch_order(std::int64_t epoch) const {
  std::vector<std::int64_t> out(static_cast<std::size_t>(rows));
  if (order == Order::kSequential) {
    std::iota(out.begin(), out.end(), 0);
    return out;
  }
  const at::Generator generator =
      at::detail::createCPUGenerator(seed + static_cast<std::uint64_t>(epoch));
  const at::Tensor permutation = at::randperm(rows, generator, at::TensorOptions(at::kLong));
  std::copy_n(permutation.const_data_ptr<std::int64_t>(), rows, out.begin());
  return out;
}

}  // namespace trainer::train
