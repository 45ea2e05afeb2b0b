#include <ATen/ops/empty_like.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros.h>

#include "nn/attention_plan.hpp"

namespace trainer::nn {
namespace {

template <class T>
struct BackwardScratch : Scratch<T> {
  BackwardScratch(const AttentionPlan& plan, const AttentionRecord& record, std::int64_t longest)
      : Scratch<T>(plan, longest),
        d_probs(this->scores.size()),
        derivative(shaped_scores(plan, record.bias) ? this->scores.size() : 0),
        d_scores(this->scores.size()),
        d_k(static_cast<std::size_t>(longest * plan.head_size)),
        d_v(d_k.size()),
        delta(static_cast<std::size_t>(kQueryBlock)) {}
  std::vector<float> d_probs;
  std::vector<float> derivative;  // of scores by products, when they are shaped
  std::vector<T> d_scores;
  std::vector<float> d_k, d_v;  // [S,D] sums over the query blocks and a group's heads
  std::vector<float> delta;
};

template <class T>
struct BackwardArgs {
  Operands<T> in;        // q, k, v
  Operands<T> gradient;  // where theirs go
  Strided<T> out;        // forward's result
  Strided<T> d_out;
  const float* d_lse = nullptr;  // [N,Tq]; null: none
  std::int64_t lse_stride = 0;
  at::Tensor bias;
  float* d_bias = nullptr;  // [N,W] of this thread; null: not wanted
};

// Probabilities and score gradients of one block of query rows, into the scratch.
template <class T>
void softmax_block(const AttentionPlan& plan, const BackwardArgs<T>& args, const Task& task,
                   const Block& block, const float* lse, BackwardScratch<T>& s) {
  const std::int64_t column = task.head * plan.head_size;
  const std::int64_t query = task.query_begin + block.begin;
  const bool shaped = shaped_scores(plan, args.bias);
  score_block(plan, args.in, task, block, args.bias, s.scores.data(),
              shaped ? s.derivative.data() : nullptr);
  matmul(MatMul<T>{
      .trans_b = Transpose::kYes,
      .m = block.rows,
      .n = block.keys,
      .k = plan.head_size,
      .a = place_of(args.d_out, query, column),
      .lda = args.d_out.stride,
      .b = place_of(args.in.v, task.key_begin + block.first_key, task.kv_head * plan.head_size),
      .ldb = args.in.v.stride,
      .c = s.d_probs.data(),
      .ldc = block.keys});
  cpu::kernels().rows<T>().row_dot({.a = place_of(args.d_out, query, column),
                                    .b = place_of(args.out, query, column),
                                    .out = s.delta.data(),
                                    .rows = block.rows,
                                    .columns = plan.head_size,
                                    .stride_a = args.d_out.stride,
                                    .stride_b = args.out.stride});
  if (args.d_lse != nullptr) {
    const float* d_lse = args.d_lse + task.head * args.lse_stride + query;
    for (std::int64_t r = 0; r < block.rows; ++r) s.delta[static_cast<std::size_t>(r)] -= d_lse[r];
  }
  const BiasPlace bias =
      args.d_bias ? bias_place(plan, task, block, args.bias.size(1)) : BiasPlace{};
  cpu::kernels().rows<T>().softmax_backward(
      {.scores = s.scores.data(),
       .d_probs = s.d_probs.data(),
       .lse = lse + block.begin,
       .delta = s.delta.data(),
       .derivative = shaped ? s.derivative.data() : nullptr,
       .d_bias = args.d_bias ? args.d_bias + bias.offset : nullptr,
       .bias_step = bias.step,
       .probs = s.probs.data(),
       .d_scores = s.d_scores.data(),
       .rows = block.rows,
       .keys = block.keys,
       .scale = shaped ? 1.0F : plan.scale,
       .visible = block.visible,
       .first_column = block.first_key,
       .row_id = dropout_row(plan, task, block.begin),
       .row_stride = static_cast<std::uint32_t>(plan.heads),
       .place = plan.place});
}

// sum [S,D] += weights^T rows, for weights [rows,S] and rows [rows,D].
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

// One query head: writes d_q, adds to the sums of d_k and d_v (or begins them).
template <class T>
void backward_head(const AttentionPlan& plan, const BackwardArgs<T>& args, const Task& task,
                   const float* lse, BackwardScratch<T>& s) {
  const std::int64_t column = task.head * plan.head_size;
  for (std::int64_t begin = 0; begin < task.queries; begin += kQueryBlock) {
    const Block block = block_of(plan, task, begin);
    const std::int64_t query = task.query_begin + begin;
    const std::int64_t sums = block.first_key * plan.head_size;
    softmax_block(plan, args, task, block, lse, s);
    // A block that sees all keys may begin the sums itself; after narrower ones they begin at zero.
    const bool begins = begin == 0 && task.head % plan.group() == 0 && block.keys == task.keys;
    const MatMul<T> size{.m = block.keys,
                         .n = plan.head_size,
                         .k = block.rows,
                         .update = begins ? Update::kOverwrite : Update::kAdd};
    add_weighted(s.probs.data(), Strided<T>{place_of(args.d_out, query, column), args.d_out.stride},
                 size, s.d_v.data() + sums);
    add_weighted(s.d_scores.data(),
                 Strided<T>{place_of(args.in.q, query, column), args.in.q.stride}, size,
                 s.d_k.data() + sums);
    matmul(MatMul<T>{
        .m = block.rows,
        .n = plan.head_size,
        .k = block.keys,
        .a = s.d_scores.data(),
        .lda = block.keys,
        .b = place_of(args.in.k, task.key_begin + block.first_key, task.kv_head * plan.head_size),
        .ldb = args.in.k.stride,
        .c = s.block.data(),
        .ldc = plan.head_size});
    round_rows(s.block.data(), block.rows, plan.head_size,
               Strided<T>{place_of(args.gradient.q, query, column), args.gradient.q.stride});
  }
}

// All query heads that read one key-value head of one sequence.
template <class T>
void backward_group(const AttentionPlan& plan, const BackwardArgs<T>& args,
                    const AttentionRecord& record, std::int64_t kv_head, std::int64_t sequence,
                    BackwardScratch<T>& s) {
  Task task = task_of(plan, kv_head * plan.group(), sequence);
  const std::int64_t column = kv_head * plan.head_size;
  const std::int64_t sums = task.keys * plan.head_size;
  if (task.queries == 0 || block_of(plan, task, 0).keys != task.keys) {
    std::fill_n(s.d_k.begin(), sums, 0.0F);
    std::fill_n(s.d_v.begin(), sums, 0.0F);
  }
  for (std::int64_t i = 0; i < plan.group(); ++i, ++task.head)
    backward_head(plan, args, task, lse_of(record.lse, task), s);
  round_rows(s.d_k.data(), task.keys, plan.head_size,
             Strided<T>{place_of(args.gradient.k, task.key_begin, column), args.gradient.k.stride});
  round_rows(s.d_v.data(), task.keys, plan.head_size,
             Strided<T>{place_of(args.gradient.v, task.key_begin, column), args.gradient.v.stride});
}

}  // namespace

AttentionGradients attention_backward(const AttentionPlan& plan, const AttentionRecord& record,
                                      const at::Tensor& d_out, const at::Tensor& d_lse) {
  const at::Tensor g = d_out.contiguous();
  const std::int64_t hidden = plan.heads * plan.head_size;
  AttentionGradients gradients{.q = record.q.defined() ? at::empty_like(record.q) : at::Tensor(),
                               .kv = at::empty_like(record.kv),
                               .bias = {}};
  at::Tensor partial;  // the bias's gradient, of each thread
  if (record.wants_bias) {
    partial = at::zeros({at::get_num_threads(), plan.heads, record.bias.size(1)}, at::kFloat);
  }
  const std::int64_t longest = plan.longest();
  with_type(record.kv, [&]<class T>(T) {
    const BackwardArgs<T> shared{.in = operands<T>(record.q, record.kv, plan),
                                 .gradient = operands<T>(gradients.q, gradients.kv, plan),
                                 .out = {data<T>(record.out), hidden},
                                 .d_out = {data<T>(g), hidden},
                                 .d_lse = d_lse.defined() ? d_lse.const_data_ptr<float>() : nullptr,
                                 .lse_stride = d_lse.defined() ? d_lse.size(1) : 0,
                                 .bias = record.bias};
    parallel_rows(plan.kv_heads * plan.sequences(), 1, [&](cpu::RowRange range) {
      BackwardScratch<T> scratch(plan, record, longest);
      BackwardArgs<T> args = shared;
      if (partial.defined())
        args.d_bias = partial.data_ptr<float>() + at::get_thread_num() * partial.stride(0);
      for (std::int64_t i = range.begin; i < range.end; ++i)
        backward_group(plan, args, record, i / plan.sequences(), i % plan.sequences(), scratch);
    });
  });
  if (partial.defined()) gradients.bias = at::sum(partial, 0);
  return gradients;
}

}  // namespace trainer::nn
