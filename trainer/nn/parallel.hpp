#pragma once

#include <ATen/Parallel.h>
#include <ATen/core/TensorBody.h>
#include <c10/util/BFloat16.h>

#include "nn/kernels/cpu/kernels.hpp"

// Splitting a kernel's rows over libtorch's threads, and reaching a tensor's bytes. For .cpp files
// of this folder and for optimizers.
namespace trainer::nn {

// Elements of a flat buffer that are worth a thread.
inline constexpr std::int64_t kElementGrain = 1 << 15;

// Calls body(RowRange) for pieces of [0, rows) of at least `grain` rows, on at::get_num_threads()
// threads.
template <class Body>
void parallel_rows(std::int64_t rows, std::int64_t grain, Body&& body) {
  at::parallel_for(0, rows, grain, [&](std::int64_t begin, std::int64_t end) {
    body(cpu::RowRange{begin, end});
  });
}

// The tensor's first element as the kernels see it; T is float or cpu::Bf16 and must match the
// tensor's type.
template <class T>
T* data(const at::Tensor& tensor) {
  if constexpr (std::is_same_v<T, cpu::Bf16>) {
    return reinterpret_cast<cpu::Bf16*>(tensor.data_ptr<at::BFloat16>());
  } else {
    return tensor.data_ptr<T>();
  }
}

// Calls body(T{}) with T = float or cpu::Bf16, whichever the tensor holds.
template <class Body>
void with_type(const at::Tensor& tensor, Body&& body) {
  if (tensor.scalar_type() == at::kBFloat16) {
    body(cpu::Bf16{});
  } else {
    body(float{});
  }
}

}  // namespace trainer::nn
