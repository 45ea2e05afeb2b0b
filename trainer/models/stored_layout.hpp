#pragma once

#include <ATen/core/TensorBody.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "nn/parameter_set.hpp"

// Between the tensors of a checkpoint and a model's parameters: packed, interleaved and transposed
// ones (nn::StoredLayout) are taken apart exactly and put together again.
namespace trainer::models {

// One tensor of the checkpoint and the parameters it holds.
struct StoredTensor {
  std::string name;
  std::vector<std::size_t> parts;  // indices of the specs, in order
  std::vector<std::int64_t> shape;
  nn::StoredLayout layout;
};

// In the order of each tensor's first parameter. Throws Error(kInternal) for parts that do not fit
// together.
std::vector<StoredTensor> stored_tensors(const std::vector<nn::ParameterSpec>& specs);
std::vector<StoredTensor> stored_tensors(const nn::ParameterSet& set);

// What the set was made of.
std::vector<nn::ParameterSpec> specs_of(const nn::ParameterSet& set);

// Copies a tensor of the stored shape into the parts' masters.
void unpack(const StoredTensor& stored, const at::Tensor& from, const nn::ParameterSet& set);

// The stored tensor, fp32 and contiguous, of the parts' masters or gradients: the very memory of a
// single plain part, else a new tensor.
enum class Values { kMasters, kGradients };
at::Tensor pack(const StoredTensor& stored, const nn::ParameterSet& set, Values values);

}  // namespace trainer::models
