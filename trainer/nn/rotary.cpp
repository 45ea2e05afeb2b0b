#include "nn/rotary.hpp"

#include <ATen/core/grad_mode.h>

#include <utility>

#include "nn/parallel.hpp"
#include "nn/record.hpp"

namespace trainer::nn {
namespace {

// Turns forwards (+1) or, for gradients, backwards (-1).
void turn(const at::Tensor& x, const RotatedHeads& heads, const RotaryAngles& angles, float sign) {
  with_type(x, [&]<class T>(T) {
    const cpu::RotaryArgs<T> args{.x = data<T>(x),
                                  .stride = x.size(1),
                                  .heads = heads.heads,
                                  .head_size = heads.head_size,
                                  .half = angles.half,
                                  .interleaved = angles.interleaved,
                                  .cosines = angles.cosines.const_data_ptr<float>(),
                                  .sines = angles.sines.const_data_ptr<float>(),
                                  .rows = angles.rows.data(),
                                  .sine_sign = sign};
    parallel_rows(x.size(0), 16,
                  [&](cpu::RowRange range) { cpu::kernels().rows<T>().rotary(args, range); });
  });
}

struct RotateBackward : BackwardNode {
  RotatedHeads heads;
  std::shared_ptr<const RotaryAngles> angles;

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    at::NoGradGuard no_grad;
    // A copy: the gradient may be someone else's memory.
    at::Tensor g = gradients[0].clone(at::MemoryFormat::Contiguous);
    turn(g, heads, *angles, -1.0F);
    return {g};
  }

  void release_variables() override { angles.reset(); }
};

}  // namespace

std::shared_ptr<const RotaryAngles> select_rows(const RotaryAngles& angles,
                                                std::span<const std::int32_t> tokens) {
  auto out = std::make_shared<RotaryAngles>(angles);
  out->rows.clear();
  for (const std::int32_t token : tokens)
    out->rows.push_back(angles.rows[static_cast<std::size_t>(token)]);
  return out;
}

at::Tensor rotate(const at::Tensor& x, const RotatedHeads& heads,
                  std::shared_ptr<const RotaryAngles> angles) {
  at::Tensor out;
  {
    at::NoGradGuard no_grad;
    out = x.detach().contiguous();
    turn(out, heads, *angles, 1.0F);
  }
  auto node = make_node<RotateBackward>();
  node->heads = heads;
  node->angles = std::move(angles);
  return record(std::move(out), std::move(node), {x});
}

}  // namespace trainer::nn
