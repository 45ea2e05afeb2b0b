#include "nn/landmark_attention.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>

namespace trainer::nn {
namespace {

constexpr int kSteps = 6;

// The Moore-Penrose inverse of x [B,N,L,L], approximately.
at::Tensor inverse_of(const at::Tensor& x) {
  const at::Tensor one = at::eye(x.size(-1), x.options());
  const at::Tensor largest = at::amax(at::sum(x, -2), {1, 2}).view({-1, 1, 1, 1});
  at::Tensor value = 1.0 / largest * x.transpose(-1, -2);
  for (int i = 0; i < kSteps; ++i) {
    const at::Tensor both = at::matmul(x, value);
    value =
        at::matmul(0.25 * value,
                   13.0 * one - at::matmul(both, 15.0 * one - at::matmul(both, 7.0 * one - both)));
  }
  return value;
}

// [B,1,1,P]: 0 for a text's own tokens, the lowest number for padded ones.
at::Tensor padding_of(const LandmarkShape& shape, std::int64_t length) {
  const auto texts = static_cast<std::int64_t>(shape.lengths.size());
  at::Tensor out = at::zeros({texts, 1, 1, length}, at::kFloat);
  for (std::int64_t b = 0; b < texts; ++b) {
    const std::int64_t own = shape.lengths[static_cast<std::size_t>(b)];
    out.select(0, b).narrow(-1, own, length - own).fill_(std::numeric_limits<float>::lowest());
  }
  return out;
}

}  // namespace

at::Tensor landmark_attention(const at::Tensor& qkv, const LandmarkConfig& config,
                              const LandmarkShape& shape) {
  const auto texts = static_cast<std::int64_t>(shape.lengths.size());
  const at::Tensor parts = qkv.to(at::kFloat)
                               .view({texts, config.length, 3, shape.heads, shape.head_size})
                               .permute({2, 0, 3, 1, 4});  // [3,B,N,P,D]
  const double root = std::sqrt(std::sqrt(static_cast<double>(shape.head_size)));
  const at::Tensor q = parts.select(0, 0) / root;
  const at::Tensor k = parts.select(0, 1) / root;
  const auto landmarks = [&](const at::Tensor& x) {
    return at::mean(x.reshape({texts, shape.heads, config.landmarks,
                               config.length / config.landmarks, shape.head_size}),
                    -2);
  };
  const at::Tensor q_marks = landmarks(q);
  const at::Tensor k_marks = landmarks(k).transpose(-1, -2);
  const at::Tensor left = at::softmax(at::matmul(q, k_marks), -1);
  const at::Tensor middle = at::softmax(at::matmul(q_marks, k_marks), -1);
  const at::Tensor right =
      at::softmax(at::matmul(q_marks, k.transpose(-1, -2)) + padding_of(shape, config.length), -1);
  const at::Tensor out =
      at::matmul(at::matmul(left, inverse_of(middle)), at::matmul(right, parts.select(0, 2)));
  return out.transpose(1, 2)
      .reshape({texts * config.length, shape.heads * shape.head_size})
      .to(qkv.scalar_type());
}

}  // namespace trainer::nn
