#include <ATen/ops/empty_like.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros.h>

#include <cstring>

#include "nn/disentangled_plan.hpp"

namespace trainer::nn {
namespace {

float value_of(float x) { return x; }
float value_of(cpu::Bf16 x) {
  const std::uint32_t bits = static_cast<std::uint32_t>(x.bits) << 16;
  float out;
  std::memcpy(&out, &bits, sizeof out);
  return out;
}

template <class T>
struct DistanceBackwardScratch : DistanceScratch<T> {
  DistanceBackwardScratch(const AttentionPlan& plan, std::int64_t longest, std::int64_t span)
      : DistanceScratch<T>(plan, longest, span),
        d_probs(this->scores.size()),
        d_scores(this->scores.size()),
        d_by_query(this->by_query.size()),
        d_by_key(this->by_key.size()),
        rounded(std::max(this->by_query.size(), this->by_key.size())),
        d_k(static_cast<std::size_t>(longest * plan.head_size)),
        d_v(d_k.size()),
        delta(static_cast<std::size_t>(kQueryBlock)) {}
  std::vector<float> d_probs;
  std::vector<T> d_scores;
  std::vector<float> d_by_query, d_by_key;
  std::vector<T> rounded;
  std::vector<float> d_k, d_v, delta;
};

// Where one thread's gradients go.
template <class T>
struct DistanceTargets {
  Operands<T> gradient;
  Strided<T> out;
  Strided<T> d_out;
  float* d_keys = nullptr;     // [P, N*D] of this thread
  float* d_queries = nullptr;  // [P, N*D] of this thread
};

// c [m,D] += op(weights) rows; weights [k,m] when transposed, else [m,k].
template <class T>
void add_product(const T* weights, Transpose transpose, const Strided<T>& rows, std::int64_t m,
                 std::int64_t k, const Strided<float>& c, std::int64_t columns) {
  matmul(MatMul<T>{.trans_a = transpose,
                   .m = m,
                   .n = columns,
                   .k = k,
                   .a = weights,
                   .lda = transpose == Transpose::kYes ? m : k,
                   .b = rows.data,
                   .ldb = rows.stride,
                   .c = c.data,
                   .ldc = c.stride,
                   .update = Update::kAdd});
}

template <class T>
const T* rounded_copy(const std::vector<float>& from, std::int64_t count, std::vector<T>& to) {
  round_rows(from.data(), 1, count, Strided<T>{to.data(), count});
  return to.data();
}

// The score gradients of a block, summed by distance: for each query, and for each key.
template <class T>
void sort_by_distance(const HeadCall<T>& call, const Block& block, DistanceBackwardScratch<T>& s) {
  const Task& task = call.task;
  std::fill_n(s.d_by_query.begin(), block.rows * call.span, 0.0F);
  for (std::int64_t r = 0; r < block.rows; ++r) {
    const std::int32_t* rows = rows_from(call.record.terms, task.query_start + block.begin + r);
    for (std::int64_t j = 0; j < task.keys; ++j) {
      const float d = value_of(s.d_scores[static_cast<std::size_t>(r * task.keys + j)]);
      s.d_by_query[static_cast<std::size_t>(r * call.span + rows[-j])] += d;
      s.d_by_key[static_cast<std::size_t>(j * call.span + rows[-j])] += d;
    }
  }
}

// Probabilities and score gradients of a block, and the latter by distance.
template <class T>
void block_gradients(const HeadCall<T>& call, const DistanceTargets<T>& to, const Block& block,
                     DistanceBackwardScratch<T>& s) {
  const AttentionPlan& plan = call.plan;
  const Task& task = call.task;
  const std::int64_t query = task.query_begin + block.begin;
  distance_scores(call, block, s);
  matmul(MatMul<T>{.trans_b = Transpose::kYes,
                   .m = block.rows,
                   .n = block.keys,
                   .k = plan.head_size,
                   .a = place_of(to.d_out, query, call.column()),
                   .lda = to.d_out.stride,
                   .b = place_of(call.in.v, task.key_begin, call.column()),
                   .ldb = call.in.v.stride,
                   .c = s.d_probs.data(),
                   .ldc = block.keys});
  cpu::kernels().rows<T>().row_dot({.a = place_of(to.d_out, query, call.column()),
                                    .b = place_of(to.out, query, call.column()),
                                    .out = s.delta.data(),
                                    .rows = block.rows,
                                    .columns = plan.head_size,
                                    .stride_a = to.d_out.stride,
                                    .stride_b = to.out.stride});
  cpu::kernels().rows<T>().softmax_backward(
      {.scores = s.scores.data(),
       .d_probs = s.d_probs.data(),
       .lse = lse_of(call.record.base.lse, task) + block.begin,
       .delta = s.delta.data(),
       .probs = s.probs.data(),
       .d_scores = s.d_scores.data(),
       .rows = block.rows,
       .keys = block.keys,
       .scale = plan.scale,
       .visible = block.visible,
       .row_id = dropout_row(plan, task, block.begin),
       .row_stride = static_cast<std::uint32_t>(plan.heads),
       .place = plan.place});
  sort_by_distance(call, block, s);
}

// Gradients of a block's queries and of the distances' keys; adds to the sums of d_k and d_v.
template <class T>
void backward_block(const HeadCall<T>& call, const DistanceTargets<T>& to, const Block& block,
                    DistanceBackwardScratch<T>& s) {
  const Task& task = call.task;
  const std::int64_t d = call.plan.head_size;
  const std::int64_t query = task.query_begin + block.begin;
  const Strided<T> q{place_of(call.in.q, query, call.column()), call.in.q.stride};
  const Strided<T> k{place_of(call.in.k, task.key_begin, call.column()), call.in.k.stride};
  block_gradients(call, to, block, s);
  std::fill_n(s.block.begin(), block.rows * d, 0.0F);
  add_product<T>(s.d_scores.data(), Transpose::kNo, k, block.rows, task.keys, {s.block.data(), d},
                 d);
  if (call.keys().data != nullptr) {
    const T* by_query = rounded_copy(s.d_by_query, block.rows * call.span, s.rounded);
    add_product<T>(by_query, Transpose::kNo, call.keys(), block.rows, call.span,
                   {s.block.data(), d}, d);
    add_product<T>(by_query, Transpose::kYes, q, call.span, block.rows,
                   {to.d_keys + call.column(), call.plan.heads * d}, d);
  }
  round_rows(s.block.data(), block.rows, d,
             Strided<T>{place_of(to.gradient.q, query, call.column()), to.gradient.q.stride});
  add_product<T>(s.d_scores.data(), Transpose::kYes, q, task.keys, block.rows, {s.d_k.data(), d},
                 d);
  add_product<T>(s.probs.data(), Transpose::kYes,
                 Strided<T>{place_of(to.d_out, query, call.column()), to.d_out.stride}, task.keys,
                 block.rows, {s.d_v.data(), d}, d);
}

template <class T>
void backward_head(const HeadCall<T>& call, const DistanceTargets<T>& to,
                   DistanceBackwardScratch<T>& s) {
  const Task& task = call.task;
  const std::int64_t d = call.plan.head_size;
  const Strided<T> k{place_of(call.in.k, task.key_begin, call.column()), call.in.k.stride};
  keys_by_distance(call, s);
  std::fill_n(s.d_k.begin(), task.keys * d, 0.0F);
  std::fill_n(s.d_v.begin(), task.keys * d, 0.0F);
  std::fill_n(s.d_by_key.begin(), task.keys * call.span, 0.0F);
  for (std::int64_t begin = 0; begin < task.queries; begin += kQueryBlock)
    backward_block(call, to, whole_block(call.plan, task, begin), s);
  if (call.queries().data != nullptr) {
    const T* by_key = rounded_copy(s.d_by_key, task.keys * call.span, s.rounded);
    add_product<T>(by_key, Transpose::kNo, call.queries(), task.keys, call.span, {s.d_k.data(), d},
                   d);
    add_product<T>(by_key, Transpose::kYes, k, call.span, task.keys,
                   {to.d_queries + call.column(), call.plan.heads * d}, d);
  }
  round_rows(
      s.d_k.data(), task.keys, d,
      Strided<T>{place_of(to.gradient.k, task.key_begin, call.column()), to.gradient.k.stride});
  round_rows(
      s.d_v.data(), task.keys, d,
      Strided<T>{place_of(to.gradient.v, task.key_begin, call.column()), to.gradient.v.stride});
}

}  // namespace

DistanceGradients disentangled_backward(const AttentionPlan& plan, const DistanceRecord& record,
                                        const at::Tensor& d_out) {
  const at::Tensor g = d_out.contiguous();
  const std::int64_t width = plan.heads * plan.head_size;
  const std::int64_t span = record.span();
  at::Tensor d_q = at::empty_like(record.base.q);
  at::Tensor d_kv = at::empty_like(record.base.kv);
  at::Tensor partial = at::zeros({at::get_num_threads(), 2, span, width}, at::kFloat);
  with_type(record.base.kv, [&]<class T>(T) {
    const Operands<T> in = operands<T>(record.base.q, record.base.kv, plan);
    parallel_rows(plan.heads * plan.sequences(), 1, [&](cpu::RowRange range) {
      DistanceBackwardScratch<T> scratch(plan, plan.longest(), span);
      float* own = partial.data_ptr<float>() + at::get_thread_num() * partial.stride(0);
      const DistanceTargets<T> to{.gradient = operands<T>(d_q, d_kv, plan),
                                  .out = {data<T>(record.base.out), width},
                                  .d_out = {data<T>(g), width},
                                  .d_keys = own,
                                  .d_queries = own + partial.stride(1)};
      for (std::int64_t i = range.begin; i < range.end; ++i) {
        const Task task = task_of(plan, i / plan.sequences(), i % plan.sequences());
        backward_head(HeadCall<T>{plan, record, in, task, span}, to, scratch);
      }
    });
  });
  const at::Tensor sums = at::sum(partial, 0).to(g.scalar_type());
  return {.q = d_q,
          .kv = d_kv,
          .keys = record.terms.keys.defined() ? sums.select(0, 0) : at::Tensor(),
          .queries = record.terms.queries.defined() ? sums.select(0, 1) : at::Tensor()};
}

}  // namespace trainer::nn
