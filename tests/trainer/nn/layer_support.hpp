#pragma once

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <cstdint>
#include <vector>

#include "nn/kernels/cpu/reference.hpp"
#include "nn/pass.hpp"

// What the layers' tests share: running backward through a weighted sum, and comparing.
namespace trainer::nn::test {

inline at::Tensor leaf(at::IntArrayRef shape) { return at::randn(shape).set_requires_grad(true); }

// The factors that dropout at a place applies to a [rows,columns] matrix.
inline at::Tensor factors(const cpu::DropoutPlace& place, std::int64_t rows, std::int64_t columns) {
  at::Tensor out = at::empty({rows, columns});
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) {
      out.data_ptr<float>()[r * columns + c] =
          cpu::dropout_factor(place, static_cast<std::uint32_t>(r), static_cast<std::uint32_t>(c));
    }
  }
  return out;
}

inline double distance(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>() / (b.abs().max().item<double>() + 1e-12);
}

inline cpu::DropoutPlace place_of(double p) {
  Pass pass(Mode::kTrain, {.seed = 99, .step = 5});
  return pass.dropout(p);
}

struct Gradients {
  at::Tensor out;
  std::vector<at::Tensor> inputs;
};

inline Gradients run(const at::Tensor& out, const std::vector<at::Tensor>& inputs,
                     const at::Tensor& weights) {
  torch::autograd::backward({(out * weights).sum()}, {});
  Gradients result{out.detach(), {}};
  for (const at::Tensor& input : inputs) {
    result.inputs.push_back(input.grad().clone());
    input.mutable_grad().reset();
  }
  return result;
}

}  // namespace trainer::nn::test
