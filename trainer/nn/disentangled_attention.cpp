#include "nn/disentangled_attention.hpp"

#include <ATen/ops/empty.h>

#include "config/error.hpp"
#include "nn/disentangled_plan.hpp"
#include "nn/record.hpp"

namespace trainer::nn {
namespace {

template <class T>
void forward_head(const HeadCall<T>& call, DistanceScratch<T>& s, const Strided<T>& out) {
  const AttentionPlan& plan = call.plan;
  const Task& task = call.task;
  keys_by_distance(call, s);
  for (std::int64_t begin = 0; begin < task.queries; begin += kQueryBlock) {
    const Block block = whole_block(plan, task, begin);
    distance_scores(call, block, s);
    cpu::kernels().rows<T>().softmax({.scores = s.scores.data(),
                                      .probs = s.probs.data(),
                                      .lse = lse_of(call.record.base.lse, task) + begin,
                                      .rows = block.rows,
                                      .keys = block.keys,
                                      .scale = plan.scale,
                                      .visible = block.visible,
                                      .row_id = dropout_row(plan, task, begin),
                                      .row_stride = static_cast<std::uint32_t>(plan.heads),
                                      .place = plan.place});
    matmul(MatMul<T>{.m = block.rows,
                     .n = plan.head_size,
                     .k = block.keys,
                     .a = s.probs.data(),
                     .lda = block.keys,
                     .b = place_of(call.in.v, task.key_begin, call.column()),
                     .ldb = call.in.v.stride,
                     .c = s.block.data(),
                     .ldc = plan.head_size});
    round_rows(s.block.data(), block.rows, plan.head_size,
               Strided<T>{place_of(out, task.query_begin + begin, call.column()), out.stride});
  }
}

struct DisentangledBackward : BackwardNode {
  AttentionPlan plan;
  DistanceRecord kept;

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    const DistanceGradients out = disentangled_backward(plan, kept, gradients[0]);
    return {out.q, out.kv, out.keys, out.queries};
  }

  void release_variables() override { kept = {}; }
};

at::Tensor forward(const AttentionPlan& plan, const DistanceRecord& record) {
  const std::int64_t width = plan.heads * plan.head_size;
  at::Tensor out = at::empty({plan.cu_queries.back(), width}, record.base.kv.options());
  with_type(record.base.kv, [&]<class T>(T) {
    const Operands<T> in = operands<T>(record.base.q, record.base.kv, plan);
    parallel_rows(plan.heads * plan.sequences(), 1, [&](cpu::RowRange range) {
      DistanceScratch<T> scratch(plan, plan.longest(), record.span());
      for (std::int64_t i = range.begin; i < range.end; ++i) {
        const Task task = task_of(plan, i / plan.sequences(), i % plan.sequences());
        forward_head(HeadCall<T>{plan, record, in, task, record.span()}, scratch,
                     Strided<T>{data<T>(out), width});
      }
    });
  });
  return out;
}

at::Tensor kept_of(const at::Tensor& x) { return x.defined() ? x.detach().contiguous() : x; }

}  // namespace

at::Tensor disentangled_attention(const at::Tensor& q, const at::Tensor& kv,
                                  const DistanceTerms& terms, const AttentionShape& shape,
                                  const cpu::DropoutPlace& place) {
  auto node = make_node<DisentangledBackward>();
  node->plan = {.heads = shape.heads,
                .kv_heads = shape.heads,
                .head_size = shape.head_size,
                .cu_queries = {shape.cu_queries.begin(), shape.cu_queries.end()},
                .cu_keys = {shape.cu_keys.begin(), shape.cu_keys.end()},
                .query_starts = {shape.query_starts.begin(), shape.query_starts.end()},
                .scale = shape.scale,
                .left = shape.left,
                .right = shape.right,
                .place = place};
  if (static_cast<std::int64_t>(terms.rows.size() + 1) / 2 < node->plan.longest())
    throw Error(ErrorCode::kInternal, "the distances' rows are fewer than a text needs");
  DistanceRecord& kept = node->kept;
  at::Tensor out;
  {
    at::NoGradGuard no_grad;
    kept.base.q = kept_of(q);
    kept.base.kv = kept_of(kv);
    kept.terms = {
        .keys = kept_of(terms.keys), .queries = kept_of(terms.queries), .rows = terms.rows};
    kept.base.lse = at::empty({shape.heads, shape.cu_queries.back()}, at::kFloat);
    out = forward(node->plan, kept);
    kept.base.out = out.detach();
  }
  return record(std::move(out), std::move(node), {q, kv, terms.keys, terms.queries});
}

}  // namespace trainer::nn
