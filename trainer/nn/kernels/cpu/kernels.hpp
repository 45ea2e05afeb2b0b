#pragma once

#include <cstddef>
#include <cstdint>

#include "nn/kernels/cpu/bfloat16.hpp"
#include "nn/kernels/cpu/optimizers.hpp"

// The vector code of the CPU path, torch-free. Every kernel works on a range of rows and starts no
// threads: the caller splits the rows. Buffers are row-major and owned by the caller; nothing is
// allocated. The same sources are compiled once per instruction set (see CMakeLists.txt); kernels()
// picks the one this processor runs. reference.hpp holds the scalar random bits that tests compare
// with. Shapes: T rows (tokens), H columns (hidden), S keys of a sequence.
namespace trainer::nn::cpu {

// Dropout as a pure function of place: element (row, column) of site `site` at step `step` is kept
// iff its 16 random bits reach `threshold`. Philox4x32-10 (Salmon et al., 2011) with key = seed and
// counter = (column block, row, site, step), so that backward asks again instead of keeping a mask,
// and no thread or block size changes the outcome.
struct DropoutPlace {
  std::uint64_t seed = 0;
  std::uint32_t step = 0;
  std::uint32_t site = 0;
  std::uint32_t threshold = 0;  // of 65,536; 0: everything is kept
  float scale = 1.0F;           // 65,536 / (65,536 - threshold)
};

struct RowRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

// y = dropout(x), [T,H]. Backward is the same call on the gradient. x and y may be the same buffer.
template <class T>
struct DropoutArgs {
  const T* x = nullptr;
  T* y = nullptr;
  std::int64_t columns = 0;
  DropoutPlace place = {};
};

// sum = residual + dropout(x); y = (sum - mean) * rstd * gamma + beta. residual may be null (0);
// sum may be x's buffer. RMSNorm (Zhang and Sennrich, 2019) is the same without the mean:
// y = sum * rstd * (gamma + gamma_offset), rstd = 1/sqrt(mean(sum^2) + eps).
template <class T>
struct AddNormArgs {
  const T* x = nullptr;
  const T* residual = nullptr;
  const float* gamma = nullptr;  // [H]
  const float* beta = nullptr;   // [H]; null: none
  T* sum = nullptr;              // [T,H], kept for backward
  T* y = nullptr;                // [T,H]
  float* mean = nullptr;         // [T]; not touched by RMSNorm
  float* rstd = nullptr;         // [T]
  std::int64_t columns = 0;
  float gamma_offset = 0.0F;  // RMSNorm only: 1 where checkpoints store gamma - 1
  float eps = 0.0F;
  DropoutPlace place = {};
};

// d_sum is the residual's gradient, d_x = dropout(d_sum) is x's; d_gamma and d_beta [H] are added
// to.
template <class T>
struct AddNormBackwardArgs {
  const T* d_y = nullptr;
  const T* d_carry = nullptr;  // [T,H] gradient of `sum` from elsewhere, added to d_sum; null: none
  const T* sum = nullptr;
  const float* mean = nullptr;
  const float* rstd = nullptr;
  const float* gamma = nullptr;
  T* d_sum = nullptr;
  T* d_x = nullptr;  // null: not wanted (no dropout: it equals d_sum)
  float* d_gamma = nullptr;
  float* d_beta = nullptr;  // null: none
  std::int64_t columns = 0;
  float gamma_offset = 0.0F;
  DropoutPlace place = {};
};

// Rotary position embedding (Su et al., 2021) of `heads` neighbouring heads in each row, in place:
// the first 2*half columns of a head are turned by the angles of the row's position. Pairs are
// (i, i + half), or (2i, 2i+1) when interleaved. Backward is the same call with sine_sign = -1.
template <class T>
struct RotaryArgs {
  T* x = nullptr;           // first head of row 0
  std::int64_t stride = 0;  // elements between rows
  std::int64_t heads = 0;
  std::int64_t head_size = 0;
  std::int64_t half = 0;
  bool interleaved = false;
  const float* cosines = nullptr;      // [rows of the table, half]
  const float* sines = nullptr;        // [rows of the table, half]
  const std::int32_t* rows = nullptr;  // [T] each token's row of the table
  float sine_sign = 1.0F;
};

// Which keys query row r of a block sees: columns [max(0, r + begin), min(keys, r + end)). The
// default is all of them. Every row must see at least one.
struct KeyRange {
  std::int64_t begin = -(std::int64_t{1} << 40);
  std::int64_t end = std::int64_t{1} << 40;
};

// From raw products to scores, in place: x = cap * tanh(scale * x / cap) (no cap: scale * x) + the
// row's bias. The bias of row r, column c is bias[r * bias_step + c]. `derivative`, where wanted,
// gets d score / d product.
struct ScoreArgs {
  float* scores = nullptr;      // [rows,S]
  float* derivative = nullptr;  // [rows,S]; null: not wanted
  const float* bias = nullptr;  // null: none
  std::int64_t bias_step = 0;
  std::int64_t rows = 0;
  std::int64_t keys = 0;
  float scale = 1.0F;
  float cap = 0.0F;  // 0: none
};

// One block of query rows against all S keys of a sequence. probs = dropout(softmax(scale *
// scores)). `row_id` numbers the dropout rows: row i of the block is row row_id + i * row_stride of
// the place.
template <class T>
struct SoftmaxArgs {
  float* scores = nullptr;  // [rows,S] raw products; overwritten
  T* probs = nullptr;       // [rows,S]; with T = float it may be `scores`
  float* lse = nullptr;     // [rows] log of the sum of exponentials of the scaled scores
  std::int64_t rows = 0;
  std::int64_t keys = 0;
  float scale = 1.0F;
  KeyRange visible = {};          // others get probability 0
  std::int64_t first_column = 0;  // of the dropout's row; a multiple of 128
  std::uint32_t row_id = 0;
  std::uint32_t row_stride = 1;
  DropoutPlace place = {};
};

// probs = dropout(softmax) again from raw scores and lse; d_scores = scale * p * (dropout(d_probs)
// - delta), times `derivative` where that is given.
template <class T>
struct SoftmaxBackwardArgs {
  const float* scores = nullptr;      // [rows,S] raw products, recomputed by the caller
  const float* d_probs = nullptr;     // [rows,S] gradient of the dropped probabilities
  const float* lse = nullptr;         // [rows]
  const float* delta = nullptr;       // [rows] sum over the head of d_out * out
  const float* derivative = nullptr;  // [rows,S] of the scores by the products; null: 1
  float* d_bias = nullptr;            // added to: d_bias[r * bias_step + c]; null: not wanted
  std::int64_t bias_step = 0;
  T* probs = nullptr;     // [rows,S]
  T* d_scores = nullptr;  // [rows,S]
  std::int64_t rows = 0;
  std::int64_t keys = 0;
  float scale = 1.0F;
  KeyRange visible = {};
  std::int64_t first_column = 0;
  std::uint32_t row_id = 0;
  std::uint32_t row_stride = 1;
  DropoutPlace place = {};
};

// out[r] = sum over columns of a*b, rows of given strides.
template <class T>
struct RowDotArgs {
  const T* a = nullptr;
  const T* b = nullptr;
  float* out = nullptr;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t stride_a = 0;
  std::int64_t stride_b = 0;
};

// One pass over flat buffers: clip, AdamW (decoupled weight decay), zero the gradient, refresh the
// bf16 shadow. As torch.optim.AdamW: p *= 1 - lr*decay; m, v averages; p -= lr/bias1 * m /
// (sqrt(v)/sqrt(bias2) + eps).
struct AdamWArgs {
  float* parameter = nullptr;
  float* gradient = nullptr;
  float* m = nullptr;
  float* v = nullptr;
  Bf16* shadow = nullptr;  // null: none
  float gradient_scale = 1.0F;
  float lr = 0.0F;
  float beta1 = 0.9F;
  float beta2 = 0.999F;
  float eps = 1e-8F;
  float weight_decay = 0.0F;
  float bias1 = 1.0F;       // 1 - beta1^t
  float bias2_sqrt = 1.0F;  // sqrt(1 - beta2^t)
};

template <class T>
struct RowKernels {
  void (*dropout)(const DropoutArgs<T>&, RowRange);
  void (*add_norm)(const AddNormArgs<T>&, RowRange);
  void (*add_norm_backward)(const AddNormBackwardArgs<T>&, RowRange);
  void (*add_rms_norm)(const AddNormArgs<T>&, RowRange);
  void (*add_rms_norm_backward)(const AddNormBackwardArgs<T>&, RowRange);
  void (*rotary)(const RotaryArgs<T>&, RowRange);
  void (*softmax)(const SoftmaxArgs<T>&);
  void (*softmax_backward)(const SoftmaxBackwardArgs<T>&);
  void (*row_dot)(const RowDotArgs<T>&);
  // sums[c] += sum over the rows of x[r][c].
  void (*column_sum)(const T* x, std::int64_t columns, RowRange rows, float* sums);
};

struct Kernels {
  const char* name;  // "avx512", "avx2", "baseline"
  RowKernels<float> f32;
  RowKernels<Bf16> bf16;
  void (*adamw)(const AdamWArgs&, RowRange);  // rows: elements
  OptimizerKernels optimizers;
  double (*sum_of_squares)(const float*, RowRange);
  void (*to_bf16)(const float*, Bf16*, RowRange);
  void (*prepare_scores)(const ScoreArgs&);

  template <class T>
  const RowKernels<T>& rows() const;
};
template <>
inline const RowKernels<float>& Kernels::rows<float>() const {
  return f32;
}
template <>
inline const RowKernels<Bf16>& Kernels::rows<Bf16>() const {
  return bf16;
}

// The table for this processor; ATEN_CPU_CAPABILITY=default|avx2 lowers it, as it does libtorch's
// own.
const Kernels& kernels();

}  // namespace trainer::nn::cpu
