#pragma once

#include <ATen/core/TensorBody.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "nn/blas.hpp"
#include "nn/parallel.hpp"

// The inside of attention.hpp: what its forward and backward share. For .cpp files of this folder.
namespace trainer::nn {

constexpr std::int64_t kQueryBlock = 128;

// A matrix of rows that lie `stride` elements apart.
template <class T>
struct Strided {
  T* data = nullptr;
  std::int64_t stride = 0;
};

// What is to be attended, and with which dropout.
struct AttentionPlan {
  std::int64_t heads = 0;
  std::int64_t head_size = 0;
  std::vector<std::int32_t> cu_queries;
  std::vector<std::int32_t> cu_keys;
  cpu::DropoutPlace place;

  std::int64_t sequences() const { return static_cast<std::int64_t>(cu_queries.size()) - 1; }
  float scale() const { return 1.0F / std::sqrt(static_cast<float>(head_size)); }
  std::int64_t longest() const {
    std::int64_t longest = 0;
    for (std::size_t i = 1; i < cu_keys.size(); ++i)
      longest = std::max<std::int64_t>(longest, cu_keys[i] - cu_keys[i - 1]);
    return longest;
  }
};

// One head of one sequence.
struct Task {
  std::int64_t head = 0;
  std::int64_t query_begin = 0;
  std::int64_t queries = 0;
  std::int64_t key_begin = 0;
  std::int64_t keys = 0;
};

// Tasks of a head lie together: two threads then get the same heads of all sequences, an even
// split.
inline Task task_of(const AttentionPlan& plan, std::int64_t index) {
  const std::int64_t b = index % plan.sequences();
  const auto at = static_cast<std::size_t>(b);
  return {.head = index / plan.sequences(),
          .query_begin = plan.cu_queries[at],
          .queries = plan.cu_queries[at + 1] - plan.cu_queries[at],
          .key_begin = plan.cu_keys[at],
          .keys = plan.cu_keys[at + 1] - plan.cu_keys[at]};
}

template <class Body>
void for_tasks(const AttentionPlan& plan, Body&& body) {
  parallel_rows(plan.heads * plan.sequences(), 1, body);
}

template <class T>
struct Operands {
  Strided<T> q, k, v;
};

// Where q, k and v lie: in one packed tensor, or q apart from packed k and v.
template <class T>
Operands<T> operands(const at::Tensor& q, const at::Tensor& kv, const AttentionPlan& plan) {
  const std::int64_t hidden = plan.heads * plan.head_size;
  T* base = data<T>(kv);
  if (!q.defined())
    return {{base, 3 * hidden}, {base + hidden, 3 * hidden}, {base + 2 * hidden, 3 * hidden}};
  return {{data<T>(q), hidden}, {base, 2 * hidden}, {base + hidden, 2 * hidden}};
}

template <class T>
T* place_of(const Strided<T>& m, std::int64_t row, std::int64_t column) {
  return m.data + row * m.stride + column;
}

// The dropout row of a query: unique over tokens and heads.
inline std::uint32_t dropout_row(const AttentionPlan& plan, const Task& task, std::int64_t query) {
  return static_cast<std::uint32_t>((task.query_begin + query) * plan.heads + task.head);
}

template <class T>
void score_block(const AttentionPlan& plan, const Operands<T>& in, const Task& task,
                 cpu::RowRange block, float* scores) {
  const std::int64_t column = task.head * plan.head_size;
  matmul(MatMul<T>{.trans_b = Transpose::kYes,
                   .m = block.end - block.begin,
                   .n = task.keys,
                   .k = plan.head_size,
                   .a = place_of(in.q, task.query_begin + block.begin, column),
                   .lda = in.q.stride,
                   .b = place_of(in.k, task.key_begin, column),
                   .ldb = in.k.stride,
                   .c = scores,
                   .ldc = task.keys});
}

template <class T>
void round_rows(const float* from, std::int64_t rows, std::int64_t columns, const Strided<T>& to) {
  for (std::int64_t r = 0; r < rows; ++r) {
    if constexpr (std::is_same_v<T, float>) {
      std::copy_n(from + r * columns, columns, to.data + r * to.stride);
    } else {
      cpu::kernels().to_bf16(from + r * columns, to.data + r * to.stride, {0, columns});
    }
  }
}

// Scratch of one thread, allocated once per call.
template <class T>
struct Scratch {
  Scratch(const AttentionPlan& plan, std::int64_t longest)
      : scores(static_cast<std::size_t>(kQueryBlock * longest)),
        probs(scores.size()),
        block(static_cast<std::size_t>(kQueryBlock * plan.head_size)) {}
  std::vector<float> scores;
  std::vector<T> probs;
  std::vector<float> block;  // [kQueryBlock, D]
};

// lse is [N, Tq]: a head's rows lie together.
inline float* lse_of(const at::Tensor& lse, const Task& task) {
  return lse.data_ptr<float>() + task.head * lse.size(1) + task.query_begin;
}

// out [Tq, N*D] and, into `lse`, what backward needs. q undefined: it lies in kv, as queries, keys,
// values [T, 3*N*D].
at::Tensor attention_forward(const AttentionPlan& plan, const at::Tensor& q, const at::Tensor& kv,
                             const at::Tensor& lse);

// What forward saw and made.
struct AttentionRecord {
  at::Tensor q;
  at::Tensor kv;
  at::Tensor out;
  at::Tensor lse;
};

// The gradients of q (undefined when q is) and kv.
std::pair<at::Tensor, at::Tensor> attention_backward(const AttentionPlan& plan,
                                                     const AttentionRecord& record,
                                                     const at::Tensor& d_out);

}  // namespace trainer::nn
