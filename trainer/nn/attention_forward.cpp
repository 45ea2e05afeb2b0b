#include <ATen/ops/empty.h>

#include "nn/attention_plan.hpp"

namespace trainer::nn {
namespace {

template <class T>
void forward_task(const AttentionPlan& plan, const AttentionRecord& record, const Operands<T>& in,
                  const Task& task, Scratch<T>& scratch, const Strided<T>& out) {
  float* lse = lse_of(record.lse, task);
  const float scale = shaped_scores(plan, record.bias) ? 1.0F : plan.scale;
  for (std::int64_t begin = 0; begin < task.queries; begin += kQueryBlock) {
    const Block block = block_of(plan, task, begin);
    score_block(plan, in, task, block, record.bias, scratch.scores.data(), nullptr);
    cpu::kernels().rows<T>().softmax({.scores = scratch.scores.data(),
                                      .probs = scratch.probs.data(),
                                      .lse = lse + begin,
                                      .rows = block.rows,
                                      .keys = block.keys,
                                      .scale = scale,
                                      .visible = block.visible,
                                      .first_column = block.first_key,
                                      .row_id = dropout_row(plan, task, begin),
                                      .row_stride = static_cast<std::uint32_t>(plan.heads),
                                      .place = plan.place});
    matmul(MatMul<T>{
        .m = block.rows,
        .n = plan.head_size,
        .k = block.keys,
        .a = scratch.probs.data(),
        .lda = block.keys,
        .b = place_of(in.v, task.key_begin + block.first_key, task.kv_head * plan.head_size),
        .ldb = in.v.stride,
        .c = scratch.block.data(),
        .ldc = plan.head_size});
    round_rows(scratch.block.data(), block.rows, plan.head_size,
               Strided<T>{place_of(out, task.query_begin + begin, task.head * plan.head_size),
                          out.stride});
  }
}

}  // namespace

at::Tensor attention_forward(const AttentionPlan& plan, const AttentionRecord& record) {
  const std::int64_t hidden = plan.heads * plan.head_size;
  at::Tensor out = at::empty({plan.cu_queries.back(), hidden}, record.kv.options());
  const std::int64_t longest = plan.longest();
  with_type(record.kv, [&]<class T>(T) {
    const Operands<T> in = operands<T>(record.q, record.kv, plan);
    // Tasks of a head lie together: two threads then get the same heads of all sequences, an even
    // split.
    parallel_rows(plan.heads * plan.sequences(), 1, [&](cpu::RowRange range) {
      Scratch<T> scratch(plan, longest);
      for (std::int64_t i = range.begin; i < range.end; ++i) {
        const Task task = task_of(plan, i / plan.sequences(), i % plan.sequences());
        forward_task(plan, record, in, task, scratch, Strided<T>{data<T>(out), hidden});
      }
    });
  });
  return out;
}

}  // namespace trainer::nn
