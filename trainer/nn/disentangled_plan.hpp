#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <vector>

#include "nn/attention_plan.hpp"
#include "nn/disentangled_attention.hpp"

// The inside of disentangled_attention.hpp: what its forward and backward share. For .cpp files of
// this folder. S keys of a sequence, P rows of the distances' embeddings.
namespace trainer::nn {

// What forward saw and made.
struct DistanceRecord {
  AttentionRecord base;  // q, kv, out, lse
  DistanceTerms terms;   // without history
  std::int64_t span() const { return terms.keys.defined() ? terms.keys.size(0) : queries(); }
  std::int64_t queries() const { return terms.queries.defined() ? terms.queries.size(0) : 0; }
};

// One head's columns of a [P, N*D] tensor; empty data when there is no such term.
template <class T>
Strided<T> head_of(const at::Tensor& table, const AttentionPlan& plan, std::int64_t head) {
  if (!table.defined()) return {};
  return {data<T>(table) + head * plan.head_size, table.size(1)};
}

template <class T>
struct DistanceScratch : Scratch<T> {
  DistanceScratch(const AttentionPlan& plan, std::int64_t longest, std::int64_t span)
      : Scratch<T>(plan, longest),
        by_query(static_cast<std::size_t>(kQueryBlock * span)),
        by_key(static_cast<std::size_t>(longest * span)) {}
  std::vector<float> by_query;  // [rows,P]: a block's queries times the distances' keys
  std::vector<float> by_key;    // [S,P]: the keys times the distances' queries
};

// The row for query `place` and key 0; key j's lies j before it.
inline const std::int32_t* rows_from(const DistanceTerms& terms, std::int64_t place) {
  return terms.rows.data() + (static_cast<std::int64_t>(terms.rows.size()) - 1) / 2 + place;
}

// to [m,P] = rows [m,D] times table^T.
template <class T>
void times_table(const Strided<T>& rows, std::int64_t m, const Strided<T>& table,
                 const AttentionPlan& plan, std::int64_t span, float* to) {
  matmul(MatMul<T>{.trans_b = Transpose::kYes,
                   .m = m,
                   .n = span,
                   .k = plan.head_size,
                   .a = rows.data,
                   .lda = rows.stride,
                   .b = table.data,
                   .ldb = table.stride,
                   .c = to,
                   .ldc = span});
}

// What one head of one sequence works on.
template <class T>
struct HeadCall {
  const AttentionPlan& plan;
  const DistanceRecord& record;
  Operands<T> in;
  Task task;
  std::int64_t span = 0;
  std::int64_t column() const { return task.head * plan.head_size; }
  Strided<T> keys() const { return head_of<T>(record.terms.keys, plan, task.head); }
  Strided<T> queries() const { return head_of<T>(record.terms.queries, plan, task.head); }
};

// A block against all keys, those it does not see too: the terms are made for all.
inline Block whole_block(const AttentionPlan& plan, const Task& task, std::int64_t begin) {
  Block block = block_of(plan, task, begin);
  block.visible.begin += block.first_key;
  block.visible.end += block.first_key;
  block.first_key = 0;
  block.keys = task.keys;
  return block;
}

template <class T>
void keys_by_distance(const HeadCall<T>& call, DistanceScratch<T>& s) {
  if (call.queries().data == nullptr) return;
  const Strided<T> k{place_of(call.in.k, call.task.key_begin, call.column()), call.in.k.stride};
  times_table(k, call.task.keys, call.queries(), call.plan, call.span, s.by_key.data());
}

// Raw scores of a block: the products and both terms.
template <class T>
void distance_scores(const HeadCall<T>& call, const Block& block, DistanceScratch<T>& s) {
  const Task& task = call.task;
  score_block(call.plan, call.in, task, block, {}, s.scores.data(), nullptr);
  const Strided<T> q{place_of(call.in.q, task.query_begin + block.begin, call.column()),
                     call.in.q.stride};
  const bool by_query = call.keys().data != nullptr;
  const bool by_key = call.queries().data != nullptr;
  if (by_query) times_table(q, block.rows, call.keys(), call.plan, call.span, s.by_query.data());
  for (std::int64_t r = 0; r < block.rows; ++r) {
    const std::int32_t* rows = rows_from(call.record.terms, task.query_start + block.begin + r);
    float* scores = s.scores.data() + r * task.keys;
    for (std::int64_t j = 0; j < task.keys; ++j) {
      if (by_query) scores[j] += s.by_query[static_cast<std::size_t>(r * call.span + rows[-j])];
      if (by_key) scores[j] += s.by_key[static_cast<std::size_t>(j * call.span + rows[-j])];
    }
  }
}

// Gradients of record.base.q, record.base.kv, and of the terms that there are.
struct DistanceGradients {
  at::Tensor q;
  at::Tensor kv;
  at::Tensor keys;
  at::Tensor queries;
};
DistanceGradients disentangled_backward(const AttentionPlan& plan, const DistanceRecord& record,
                                        const at::Tensor& d_out);

}  // namespace trainer::nn
