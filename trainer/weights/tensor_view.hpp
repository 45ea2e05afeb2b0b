#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weights/dtype.hpp"

namespace trainer::weights {

// A tensor of a mapped file, little-endian. `data` points into the mapping and lives as long as the
// TensorFiles it came from; no format promises alignment, so copy the bytes rather than cast the
// pointer.
struct TensorView {
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  // From the first element to the last; of a row-major tensor exactly its elements. Empty where
  // only the file's header is here (TensorFiles::of_headers).
  std::span<const std::byte> data;
  // In elements, one for each dimension, none negative; empty: row-major. Tensors of
  // pytorch_model.bin may be transposed, or repeat elements by strides of 0.
  std::vector<std::int64_t> strides = {};
};

struct NamedTensor {
  std::string name;
  TensorView view;
};

// Copies the elements row by row. `to` has exactly the bytes of the shape (byte_count).
void copy_row_major(const TensorView& from, std::span<std::byte> to);

}  // namespace trainer::weights
