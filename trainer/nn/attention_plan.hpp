#pragma once

#include <ATen/core/TensorBody.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "nn/attention.hpp"
#include "nn/blas.hpp"
#include "nn/parallel.hpp"

// The inside of attention.hpp: what its forward and backward share. For .cpp files of this folder.
namespace trainer::nn {

constexpr std::int64_t kQueryBlock = 128;
constexpr std::int64_t kKeyAlign = 128;  // a block's first key is a multiple: dropout's groups

// A matrix of rows that lie `stride` elements apart.
template <class T>
struct Strided {
  T* data = nullptr;
  std::int64_t stride = 0;
};

// What is to be attended, and with which dropout.
struct AttentionPlan {
  std::int64_t heads = 0;
  std::int64_t kv_heads = 0;
  std::int64_t head_size = 0;
  std::vector<std::int32_t> cu_queries;
  std::vector<std::int32_t> cu_keys;
  std::vector<std::int32_t> query_starts;  // empty: all 0
  float scale = 1.0F;
  float soft_cap = 0.0F;
  std::int64_t left = kUnlimited;
  std::int64_t right = kUnlimited;
  AttentionBias::By bias_by = AttentionBias::By::kDistance;
  cpu::DropoutPlace place;

  std::int64_t sequences() const { return static_cast<std::int64_t>(cu_queries.size()) - 1; }
  std::int64_t group() const { return heads / kv_heads; }
  std::int64_t longest() const { return longest_of(cu_keys); }
};

// What forward saw and made.
struct AttentionRecord {
  at::Tensor q;  // undefined: it lies in kv, as queries, keys, values
  at::Tensor kv;
  at::Tensor bias;  // [N,W] or undefined
  bool wants_bias = false;
  at::Tensor out;
  at::Tensor lse;  // [N,Tq]
};

// One head of one sequence.
struct Task {
  std::int64_t head = 0;
  std::int64_t kv_head = 0;
  std::int64_t query_begin = 0;
  std::int64_t queries = 0;
  std::int64_t query_start = 0;  // place of the first query row among the keys
  std::int64_t key_begin = 0;
  std::int64_t keys = 0;
};

inline Task task_of(const AttentionPlan& plan, std::int64_t head, std::int64_t sequence) {
  const auto at = static_cast<std::size_t>(sequence);
  return {.head = head,
          .kv_head = head / plan.group(),
          .query_begin = plan.cu_queries[at],
          .queries = plan.cu_queries[at + 1] - plan.cu_queries[at],
          .query_start = plan.query_starts.empty() ? 0 : plan.query_starts[at],
          .key_begin = plan.cu_keys[at],
          .keys = plan.cu_keys[at + 1] - plan.cu_keys[at]};
}

template <class T>
struct Operands {
  Strided<T> q, k, v;
};

// Where q, k and v lie: in one packed tensor, or q apart from packed k and v.
template <class T>
Operands<T> operands(const at::Tensor& q, const at::Tensor& kv, const AttentionPlan& plan) {
  const std::int64_t queries = plan.heads * plan.head_size;
  const std::int64_t keys = plan.kv_heads * plan.head_size;
  T* base = data<T>(kv);
  if (!q.defined()) {
    const std::int64_t row = queries + 2 * keys;
    return {{base, row}, {base + queries, row}, {base + queries + keys, row}};
  }
  return {{data<T>(q), queries}, {base, 2 * keys}, {base + keys, 2 * keys}};
}

template <class T>
T* place_of(const Strided<T>& m, std::int64_t row, std::int64_t column) {
  return m.data + row * m.stride + column;
}

// The dropout row of a query: unique over tokens and heads.
inline std::uint32_t dropout_row(const AttentionPlan& plan, const Task& task, std::int64_t query) {
  return static_cast<std::uint32_t>((task.query_begin + query) * plan.heads + task.head);
}

// A block of query rows against the keys that any of them sees.
struct Block {
  std::int64_t begin = 0;  // query rows of the task
  std::int64_t rows = 0;
  std::int64_t first_key = 0;
  std::int64_t keys = 0;
  cpu::KeyRange visible;
};

inline Block block_of(const AttentionPlan& plan, const Task& task, std::int64_t begin) {
  Block block;
  block.begin = begin;
  block.rows = std::min(kQueryBlock, task.queries - begin);
  const std::int64_t place = task.query_start + begin;
  const std::int64_t first = std::max<std::int64_t>(0, place - plan.left);
  block.first_key = std::min(first, task.keys) / kKeyAlign * kKeyAlign;
  const std::int64_t end = std::min(task.keys, place + block.rows + plan.right);
  block.keys = end - block.first_key;
  block.visible = {.begin = place - plan.left - block.first_key,
                   .end = place + plan.right + 1 - block.first_key};
  return block;
}

// Where the bias of a block's first row and key lies in a [N,W] matrix, and the step to the next
// row's.
struct BiasPlace {
  std::int64_t offset = 0;
  std::int64_t step = 0;
};

inline BiasPlace bias_place(const AttentionPlan& plan, const Task& task, const Block& block,
                            std::int64_t width) {
  const std::int64_t row = task.head * width;
  if (plan.bias_by == AttentionBias::By::kKey) return {row + block.first_key, 0};
  return {row + block.first_key - (task.query_start + block.begin) + (width - 1) / 2, -1};
}

// Whether scores are more than scaled products.
inline bool shaped_scores(const AttentionPlan& plan, const at::Tensor& bias) {
  return plan.soft_cap > 0.0F || bias.defined();
}

// Raw products of a block, and with them made scores when the plan shapes them.
template <class T>
void score_block(const AttentionPlan& plan, const Operands<T>& in, const Task& task,
                 const Block& block, const at::Tensor& bias, float* scores, float* derivative) {
  matmul(MatMul<T>{
      .trans_b = Transpose::kYes,
      .m = block.rows,
      .n = block.keys,
      .k = plan.head_size,
      .a = place_of(in.q, task.query_begin + block.begin, task.head * plan.head_size),
      .lda = in.q.stride,
      .b = place_of(in.k, task.key_begin + block.first_key, task.kv_head * plan.head_size),
      .ldb = in.k.stride,
      .c = scores,
      .ldc = block.keys});
  if (!shaped_scores(plan, bias)) return;
  cpu::ScoreArgs args{.scores = scores,
                      .derivative = derivative,
                      .rows = block.rows,
                      .keys = block.keys,
                      .scale = plan.scale,
                      .cap = plan.soft_cap};
  if (bias.defined()) {
    const BiasPlace at = bias_place(plan, task, block, bias.size(1));
    args.bias = bias.const_data_ptr<float>() + at.offset;
    args.bias_step = at.step;
  }
  cpu::kernels().prepare_scores(args);
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

// out [Tq, N*D] of record.q and record.kv; fills record.lse.
at::Tensor attention_forward(const AttentionPlan& plan, const AttentionRecord& record);

struct AttentionGradients {
  at::Tensor q;  // undefined when record.q is
  at::Tensor kv;
  at::Tensor bias;  // undefined when not wanted
};
// d_lse [N,Tq] fp32, or undefined: nobody read lse.
AttentionGradients attention_backward(const AttentionPlan& plan, const AttentionRecord& record,
                                      const at::Tensor& d_out, const at::Tensor& d_lse);

}  // namespace trainer::nn
