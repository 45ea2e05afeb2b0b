#include <ATen/ops/empty.h>

#include "nn/attention_plan.hpp"

namespace trainer::nn {
namespace {

template <class T>
void forward_task(const AttentionPlan& plan, const Operands<T>& in, const Task& task,
                  Scratch<T>& scratch, const Strided<T>& out, float* lse) {
  const std::int64_t column = task.head * plan.head_size;
  for (std::int64_t begin = 0; begin < task.queries; begin += kQueryBlock) {
    const std::int64_t rows = std::min(kQueryBlock, task.queries - begin);
    score_block(plan, in, task, {begin, begin + rows}, scratch.scores.data());
    cpu::kernels().rows<T>().softmax({.scores = scratch.scores.data(),
                                      .probs = scratch.probs.data(),
                                      .lse = lse + begin,
                                      .rows = rows,
                                      .keys = task.keys,
                                      .scale = plan.scale(),
                                      .row_id = dropout_row(plan, task, begin),
                                      .row_stride = static_cast<std::uint32_t>(plan.heads),
                                      .place = plan.place});
    matmul(MatMul<T>{.m = rows,
                     .n = plan.head_size,
                     .k = task.keys,
                     .a = scratch.probs.data(),
                     .lda = task.keys,
                     .b = place_of(in.v, task.key_begin, column),
                     .ldb = in.v.stride,
                     .c = scratch.block.data(),
                     .ldc = plan.head_size});
    round_rows(scratch.block.data(), rows, plan.head_size,
               Strided<T>{place_of(out, task.query_begin + begin, column), out.stride});
  }
}

}  // namespace

at::Tensor attention_forward(const AttentionPlan& plan, const at::Tensor& q, const at::Tensor& kv,
                             const at::Tensor& lse) {
  const std::int64_t hidden = plan.heads * plan.head_size;
  at::Tensor out = at::empty({q.defined() ? q.size(0) : kv.size(0), hidden}, kv.options());
  const std::int64_t longest = plan.longest();
  with_type(kv, [&]<class T>(T) {
    const Operands<T> in = operands<T>(q, kv, plan);
    for_tasks(plan, [&](cpu::RowRange range) {
      Scratch<T> scratch(plan, longest);
      for (std::int64_t i = range.begin; i < range.end; ++i) {
        const Task task = task_of(plan, i);
        forward_task(plan, in, task, scratch, Strided<T>{data<T>(out), hidden}, lse_of(lse, task));
      }
    });
  });
  return out;
}

}  // namespace trainer::nn
