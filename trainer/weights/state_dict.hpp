#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weights/pickle.hpp"
#include "weights/tensor_view.hpp"

// What a pickle of a state dict says: names, and which part of which storage each tensor is.
namespace trainer::weights {

// Elements that lie elsewhere in the file, under a key; several tensors may share them. In
// elements.
struct StorageUse {
  std::string_view key;
  DType dtype = DType::kF32;
  std::uint64_t begin = 0;  // of the view that the pickle speaks of (legacy files; else 0)
  std::uint64_t numel = 0;  // of that view
};

struct DescribedTensor {
  std::string name;
  StorageUse storage;
  std::uint64_t begin = 0;  // element of the storage's view
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  // empty: row-major
  std::uint64_t extent = 0;           // elements from the first to the last
};

// The tensors of a dict from names to tensors, in its order; each inside its storage's view, and of
// less than 2^63 bytes. Texts are views of the pickle's bytes. Throws Error(kInvalidInput) naming
// the tensor.
std::vector<DescribedTensor> read_state_dict(const pickle::Pickle& pickle, std::string_view place);

// The tensor of `storage`, the bytes of the StorageUse's view.
TensorView view_of(const DescribedTensor& tensor, std::span<const std::byte> storage);

}  // namespace trainer::weights
