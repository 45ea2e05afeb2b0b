#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>

#include "nn/kernels/cpu/bfloat16.hpp"

// The matrix products that ATen does not offer in the form we need: strided operands, fp32 results
// of bf16 operands, adding to what is there. They call the BLAS that is inside libtorch_cpu.
namespace trainer::nn {

enum class Transpose { kNo, kYes };
enum class Update { kOverwrite, kAdd };

// c [m,n] (=, or +=) op(a) op(b), row-major; op(a) is [m,k], op(b) is [k,n]; ld* are row strides in
// elements of the matrices as stored. One call runs on one thread when made inside a parallel
// region.
template <class T>
struct MatMul {
  Transpose trans_a = Transpose::kNo;
  Transpose trans_b = Transpose::kNo;
  std::int64_t m = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;
  const T* a = nullptr;
  std::int64_t lda = 0;
  const T* b = nullptr;
  std::int64_t ldb = 0;
  float* c = nullptr;
  std::int64_t ldc = 0;
  Update update = Update::kOverwrite;
};
void matmul(const MatMul<float>& args);
// bf16 operands, fp32 sums and result; needs bf16_products_available().
void matmul(const MatMul<cpu::Bf16>& args);

// Whether this build of libtorch carries the bf16 product (those with MKL do).
bool bf16_products_available() noexcept;

// grad [out,in] fp32 += g^T x for g [T,out] and x [T,in] of one type, contiguous.
void add_outer_product(const at::Tensor& g, const at::Tensor& x, const at::Tensor& grad);

}  // namespace trainer::nn
