#include <ATen/ops/empty_like.h>

#include "nn/attention_plan.hpp"

namespace trainer::nn {
namespace {

template <class T>
struct BackwardScratch : Scratch<T> {
  BackwardScratch(const AttentionPlan& plan, std::int64_t longest)
      : Scratch<T>(plan, longest),
        d_probs(this->scores.size()),
        d_scores(this->scores.size()),
        d_k(static_cast<std::size_t>(longest * plan.head_size)),
        d_v(d_k.size()),
        delta(static_cast<std::size_t>(kQueryBlock)) {}
  std::vector<float> d_probs;
  std::vector<T> d_scores;
  std::vector<float> d_k, d_v;  // [S,D] sums over the query blocks
  std::vector<float> delta;
};

template <class T>
struct BackwardArgs {
  Operands<T> in;        // q, k, v
  Operands<T> gradient;  // where theirs go
  Strided<T> out;        // forward's result
  Strided<T> d_out;
};

// Probabilities and score gradients of one block of query rows, into the scratch.
template <class T>
void softmax_block(const AttentionPlan& plan, const BackwardArgs<T>& args, const Task& task,
                   cpu::RowRange block, const float* lse, BackwardScratch<T>& s) {
  const std::int64_t column = task.head * plan.head_size;
  const std::int64_t rows = block.end - block.begin;
  const std::int64_t query = task.query_begin + block.begin;
  score_block(plan, args.in, task, block, s.scores.data());
  matmul(MatMul<T>{.trans_b = Transpose::kYes,
                   .m = rows,
                   .n = task.keys,
                   .k = plan.head_size,
                   .a = place_of(args.d_out, query, column),
                   .lda = args.d_out.stride,
                   .b = place_of(args.in.v, task.key_begin, column),
                   .ldb = args.in.v.stride,
                   .c = s.d_probs.data(),
                   .ldc = task.keys});
  cpu::kernels().rows<T>().row_dot({.a = place_of(args.d_out, query, column),
                                    .b = place_of(args.out, query, column),
                                    .out = s.delta.data(),
                                    .rows = rows,
                                    .columns = plan.head_size,
                                    .stride_a = args.d_out.stride,
                                    .stride_b = args.out.stride});
  cpu::kernels().rows<T>().softmax_backward({.scores = s.scores.data(),
                                             .d_probs = s.d_probs.data(),
                                             .lse = lse + block.begin,
                                             .delta = s.delta.data(),
                                             .probs = s.probs.data(),
                                             .d_scores = s.d_scores.data(),
                                             .rows = rows,
                                             .keys = task.keys,
                                             .scale = plan.scale(),
                                             .row_id = dropout_row(plan, task, block.begin),
                                             .row_stride = static_cast<std::uint32_t>(plan.heads),
                                             .place = plan.place});
}

// sum [S,D] (=, or +=) weights^T rows, for weights [rows,S] and rows [rows,D].
template <class T>
void add_weighted(const T* weights, const Strided<T>& rows, const MatMul<T>& size, float* sum) {
  MatMul<T> product = size;
  product.trans_a = Transpose::kYes;
  product.a = weights;
  product.lda = size.m;
  product.b = rows.data;
  product.ldb = rows.stride;
  product.c = sum;
  product.ldc = size.n;
  matmul(product);
}

template <class T>
void backward_task(const AttentionPlan& plan, const BackwardArgs<T>& args, const Task& task,
                   const float* lse, BackwardScratch<T>& s) {
  const std::int64_t column = task.head * plan.head_size;
  for (std::int64_t begin = 0; begin < task.queries; begin += kQueryBlock) {
    const std::int64_t rows = std::min(kQueryBlock, task.queries - begin);
    const std::int64_t query = task.query_begin + begin;
    softmax_block(plan, args, task, {begin, begin + rows}, lse, s);
    const MatMul<T> size{.m = task.keys,
                         .n = plan.head_size,
                         .k = rows,
                         .update = begin == 0 ? Update::kOverwrite : Update::kAdd};
    add_weighted(s.probs.data(), Strided<T>{place_of(args.d_out, query, column), args.d_out.stride},
                 size, s.d_v.data());
    add_weighted(s.d_scores.data(),
                 Strided<T>{place_of(args.in.q, query, column), args.in.q.stride}, size,
                 s.d_k.data());
    matmul(MatMul<T>{.m = rows,
                     .n = plan.head_size,
                     .k = task.keys,
                     .a = s.d_scores.data(),
                     .lda = task.keys,
                     .b = place_of(args.in.k, task.key_begin, column),
                     .ldb = args.in.k.stride,
                     .c = s.block.data(),
                     .ldc = plan.head_size});
    round_rows(s.block.data(), rows, plan.head_size,
               Strided<T>{place_of(args.gradient.q, query, column), args.gradient.q.stride});
  }
  round_rows(s.d_k.data(), task.keys, plan.head_size,
             Strided<T>{place_of(args.gradient.k, task.key_begin, column), args.gradient.k.stride});
  round_rows(s.d_v.data(), task.keys, plan.head_size,
             Strided<T>{place_of(args.gradient.v, task.key_begin, column), args.gradient.v.stride});
}

}  // namespace

std::pair<at::Tensor, at::Tensor> attention_backward(const AttentionPlan& plan,
                                                     const AttentionRecord& record,
                                                     const at::Tensor& d_out) {
  const at::Tensor g = d_out.contiguous();
  const std::int64_t hidden = plan.heads * plan.head_size;
  at::Tensor d_q = record.q.defined() ? at::empty_like(record.q) : at::Tensor();
  at::Tensor d_kv = at::empty_like(record.kv);
  const std::int64_t longest = plan.longest();
  with_type(record.kv, [&]<class T>(T) {
    const BackwardArgs<T> args{.in = operands<T>(record.q, record.kv, plan),
                               .gradient = operands<T>(d_q, d_kv, plan),
                               .out = {data<T>(record.out), hidden},
                               .d_out = {data<T>(g), hidden}};
    for_tasks(plan, [&](cpu::RowRange range) {
      BackwardScratch<T> scratch(plan, longest);
      for (std::int64_t i = range.begin; i < range.end; ++i) {
        const Task task = task_of(plan, i);
        backward_task(plan, args, task, lse_of(record.lse, task), scratch);
      }
    });
  });
  return {d_q, d_kv};
}

}  // namespace trainer::nn
