#include "weights/tensor_view.hpp"

#include <cstring>

#include "config/error.hpp"

namespace trainer::weights {
namespace {

// Walks the elements of a strided view, row by row.
class StridedCopy {
 public:
  StridedCopy(const TensorView& from, std::span<std::byte> to)
      : from_(from), size_(size_of(from.dtype)), to_(to.data()) {}

  // The elements below an index of the first `axis` dimensions, the first of which lies `begin`
  // elements into the data.
  void copy(std::size_t axis, std::size_t begin) {
    if (axis == from_.shape.size()) return put(begin, 1);
    const auto count = static_cast<std::size_t>(from_.shape[axis]);
    const auto stride = static_cast<std::size_t>(from_.strides[axis]);
    if (axis + 1 == from_.shape.size() && stride == 1) return put(begin, count);
    for (std::size_t i = 0; i < count; ++i) copy(axis + 1, begin + i * stride);
  }

 private:
  void put(std::size_t begin, std::size_t count) {
    std::memcpy(to_, from_.data.data() + begin * size_, count * size_);
    to_ += count * size_;
  }

  const TensorView& from_;
  std::size_t size_;
  std::byte* to_;
};

}  // namespace

void copy_row_major(const TensorView& from, std::span<std::byte> to) {
  if (byte_count(from.dtype, from.shape) != to.size() ||
      (from.strides.empty() && from.data.size() < to.size())) {
    throw Error(ErrorCode::kInternal, "a tensor is copied to where it does not fit");
  }
  if (to.empty()) return;
  if (from.strides.empty()) {
    std::memcpy(to.data(), from.data.data(), to.size());
  } else {
    StridedCopy(from, to).copy(0, 0);
  }
}

}  // namespace trainer::weights
