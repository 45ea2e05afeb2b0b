#include "nn/attention.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include "nn/blas.hpp"
#include "trainer/nn/layer_support.hpp"

// Attention, forward and backward, against the same formula in plain ATen operators and autograd.
namespace trainer::nn {
namespace {

using test::distance;
using test::factors;
using test::Gradients;
using test::leaf;
using test::place_of;
using test::run;

// What query row `row` of a sequence adds to its raw products: the bias, and -inf where it does not
// look.
at::Tensor added(const AttentionShape& shape, std::int64_t head, std::int64_t row,
                 std::int64_t keys) {
  at::Tensor out = at::zeros({keys});
  if (shape.bias.values.defined()) {
    const at::Tensor line = shape.bias.values.select(0, head);
    const std::int64_t middle = (line.size(0) - 1) / 2;
    out = shape.bias.by == AttentionBias::By::kKey ? line.narrow(0, 0, keys)
                                                   : line.narrow(0, middle - row, keys);
  }
  const at::Tensor places = at::arange(keys);
  const at::Tensor seen = (places >= row - shape.left).logical_and(places <= row + shape.right);
  return at::where(seen, out, at::full({}, -INFINITY));
}

// Written out for one sequence after the other; dropout rows are (token * heads + head).
at::Tensor plain_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           const AttentionShape& shape, const cpu::DropoutPlace& place) {
  const std::int64_t d = shape.head_size;
  const std::int64_t group = shape.kv_heads == 0 ? 1 : shape.heads / shape.kv_heads;
  const double scale = shape.scale == 0.0F ? 1.0 / std::sqrt(double(d)) : double(shape.scale);
  std::vector<at::Tensor> sequences;
  for (std::size_t b = 0; b + 1 < shape.cu_queries.size(); ++b) {
    const std::int64_t q0 = shape.cu_queries[b];
    const std::int64_t queries = shape.cu_queries[b + 1] - q0;
    const std::int64_t k0 = shape.cu_keys[b];
    const std::int64_t keys = shape.cu_keys[b + 1] - k0;
    const std::int64_t start = shape.query_starts.empty() ? 0 : shape.query_starts[b];
    std::vector<at::Tensor> heads;
    for (std::int64_t h = 0; h < shape.heads; ++h) {
      const auto cut = [&](const at::Tensor& x, std::int64_t from, std::int64_t rows,
                           std::int64_t head) {
        return x.narrow(0, from, rows).narrow(1, head * d, d);
      };
      at::Tensor scores = at::mm(cut(q, q0, queries, h), cut(k, k0, keys, h / group).t()) * scale;
      if (shape.soft_cap > 0) scores = at::tanh(scores / shape.soft_cap) * shape.soft_cap;
      std::vector<at::Tensor> lines;
      for (std::int64_t r = 0; r < queries; ++r) lines.push_back(added(shape, h, start + r, keys));
      at::Tensor p = at::softmax(scores + at::stack(lines), 1);
      if (place.threshold != 0) {
        const at::Tensor all = factors(place, (q0 + queries) * shape.heads, keys);
        p = p * all.view({q0 + queries, shape.heads, keys}).select(1, h).narrow(0, q0, queries);
      }
      heads.push_back(at::mm(p, cut(v, k0, keys, h / group)));
    }
    sequences.push_back(at::cat(heads, 1));
  }
  return at::cat(sequences, 0);
}

class AttentionTest : public testing::TestWithParam<double> {};

TEST_P(AttentionTest, PackedSelfAttentionEqualsAutograd) {
  at::manual_seed(1);
  const std::vector<std::int32_t> cu = {0, 5, 6, 206,
                                        240};  // longer than a block of queries, and of one token
  const AttentionShape shape{.heads = 3, .head_size = 8, .cu_queries = cu, .cu_keys = cu};
  const at::Tensor qkv = leaf({240, 72});
  const at::Tensor weights = at::randn({240, 24});
  const cpu::DropoutPlace place = place_of(GetParam());
  const Gradients ours = run(self_attention(qkv, shape, place), {qkv}, weights);
  const auto parts = qkv.split(24, 1);
  const Gradients theirs =
      run(plain_attention(parts[0], parts[1], parts[2], shape, place), {qkv}, weights);
  EXPECT_LT(distance(ours.out, theirs.out), 1e-5);
  EXPECT_LT(distance(ours.inputs[0], theirs.inputs[0]), 1e-5);
}

TEST_P(AttentionTest, FewQueriesEqualAutograd) {
  at::manual_seed(2);
  const std::vector<std::int32_t> cu_q = {0, 1, 2, 3};
  const std::vector<std::int32_t> cu_k = {0, 9, 150, 151};
  const AttentionShape shape{.heads = 2, .head_size = 16, .cu_queries = cu_q, .cu_keys = cu_k};
  const at::Tensor q = leaf({3, 32});
  const at::Tensor kv = leaf({151, 64});
  const at::Tensor weights = at::randn({3, 32});
  const cpu::DropoutPlace place = place_of(GetParam());
  const Gradients ours = run(cross_attention(q, kv, shape, place), {q, kv}, weights);
  const auto parts = kv.split(32, 1);
  const Gradients theirs =
      run(plain_attention(q, parts[0], parts[1], shape, place), {q, kv}, weights);
  EXPECT_LT(distance(ours.out, theirs.out), 1e-5);
  EXPECT_LT(distance(ours.inputs[0], theirs.inputs[0]), 1e-5);
  EXPECT_LT(distance(ours.inputs[1], theirs.inputs[1]), 1e-5);
}

TEST_P(AttentionTest, Bf16StaysCloseToFp32) {
  if (!bf16_products_available()) GTEST_SKIP() << "no bf16 products here";
  at::manual_seed(3);
  const std::vector<std::int32_t> cu = {0, 50, 190};
  const AttentionShape shape{.heads = 2, .head_size = 32, .cu_queries = cu, .cu_keys = cu};
  const at::Tensor half = at::randn({190, 192}).to(at::kBFloat16).set_requires_grad(true);
  const at::Tensor full = half.detach().to(at::kFloat).set_requires_grad(true);
  const at::Tensor weights = at::randn({190, 64}).to(at::kBFloat16);
  const cpu::DropoutPlace place = place_of(GetParam());
  const Gradients low = run(self_attention(half, shape, place), {half}, weights);
  const Gradients high = run(self_attention(full, shape, place), {full}, weights.to(at::kFloat));
  EXPECT_LT(distance(low.out.to(at::kFloat), high.out), 0.02);
  EXPECT_LT(distance(low.inputs[0].to(at::kFloat), high.inputs[0]), 0.03);
}

INSTANTIATE_TEST_SUITE_P(Dropout, AttentionTest, testing::Values(0.0, 0.1, 0.5));

// A way of looking at the keys, by name.
struct Variant {
  std::string name;
  std::int64_t heads = 4;
  std::int64_t kv_heads = 4;
  std::int64_t left = kUnlimited;
  std::int64_t right = kUnlimited;
  float scale = 0.0F;
  float soft_cap = 0.0F;
  std::string bias = "";  // or "distance", "key"
  double dropout = 0.0;
};

void PrintTo(const Variant& variant, std::ostream* out) { *out << variant.name; }

class AttentionVariantTest : public testing::TestWithParam<Variant> {
 protected:
  // The longest text has three blocks of queries.
  static constexpr std::int64_t kLongest = 300;
  const std::vector<std::int32_t> cu_ = {0, 3, 4, 304, 340};

  AttentionBias bias() const {
    if (GetParam().bias.empty()) return {};
    const bool by_key = GetParam().bias == "key";
    return {.values = leaf({GetParam().heads, by_key ? kLongest : 2 * kLongest - 1}),
            .by = by_key ? AttentionBias::By::kKey : AttentionBias::By::kDistance};
  }
  AttentionShape shape() const {
    const Variant& v = GetParam();
    return {.heads = v.heads,
            .kv_heads = v.kv_heads,
            .head_size = 8,
            .cu_queries = cu_,
            .cu_keys = cu_,
            .query_starts = {},
            .scale = v.scale,
            .soft_cap = v.soft_cap,
            .left = v.left,
            .right = v.right,
            .bias = bias()};
  }
};

TEST_P(AttentionVariantTest, PackedSelfAttentionEqualsAutograd) {
  at::manual_seed(11);
  const AttentionShape shape = this->shape();
  const std::int64_t queries = shape.heads * 8;
  const std::int64_t keys = shape.kv_heads * 8;
  const at::Tensor qkv = leaf({cu_.back(), queries + 2 * keys});
  const at::Tensor weights = at::randn({cu_.back(), queries});
  const cpu::DropoutPlace place = place_of(GetParam().dropout);
  std::vector<at::Tensor> inputs = {qkv};
  if (shape.bias.values.defined()) inputs.push_back(shape.bias.values);
  const Gradients ours = run(self_attention(qkv, shape, place), inputs, weights);
  const auto parts = at::split_with_sizes(qkv, {queries, keys, keys}, 1);
  const Gradients theirs =
      run(plain_attention(parts[0], parts[1], parts[2], shape, place), inputs, weights);
  EXPECT_LT(distance(ours.out, theirs.out), 1e-5);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    EXPECT_LT(distance(ours.inputs[i], theirs.inputs[i]), 2e-5) << i;
}

TEST_P(AttentionVariantTest, OneQueryInEachTextEqualsAutograd) {
  at::manual_seed(12);
  AttentionShape shape = this->shape();
  const std::vector<std::int32_t> cu_q = {0, 1, 2, 3, 4};
  const std::vector<std::int32_t> starts = {2, 0, 170, 35};
  shape.cu_queries = cu_q;
  shape.query_starts = starts;
  const std::int64_t keys = shape.kv_heads * 8;
  const at::Tensor q = leaf({4, shape.heads * 8});
  const at::Tensor kv = leaf({cu_.back(), 2 * keys});
  const at::Tensor weights = at::randn({4, shape.heads * 8});
  const cpu::DropoutPlace place = place_of(GetParam().dropout);
  const Gradients ours = run(cross_attention(q, kv, shape, place), {q, kv}, weights);
  if (shape.bias.values.defined()) shape.bias.values.mutable_grad().reset();
  const auto parts = kv.split(keys, 1);
  const Gradients theirs =
      run(plain_attention(q, parts[0], parts[1], shape, place), {q, kv}, weights);
  EXPECT_LT(distance(ours.out, theirs.out), 1e-5);
  EXPECT_LT(distance(ours.inputs[0], theirs.inputs[0]), 2e-5);
  EXPECT_LT(distance(ours.inputs[1], theirs.inputs[1]), 2e-5);
}

TEST_P(AttentionVariantTest, Bf16StaysCloseToFp32) {
  if (!bf16_products_available()) GTEST_SKIP() << "no bf16 products here";
  at::manual_seed(13);
  const AttentionShape shape = this->shape();
  const std::int64_t width = (shape.heads + 2 * shape.kv_heads) * 8;
  const at::Tensor half = at::randn({cu_.back(), width}).to(at::kBFloat16).set_requires_grad(true);
  const at::Tensor full = half.detach().to(at::kFloat).set_requires_grad(true);
  const at::Tensor weights = at::randn({cu_.back(), shape.heads * 8}).to(at::kBFloat16);
  const cpu::DropoutPlace place = place_of(GetParam().dropout);
  const Gradients low = run(self_attention(half, shape, place), {half}, weights);
  const Gradients high = run(self_attention(full, shape, place), {full}, weights.to(at::kFloat));
  EXPECT_LT(distance(low.out.to(at::kFloat), high.out), 0.02);
  EXPECT_LT(distance(low.inputs[0].to(at::kFloat), high.inputs[0]), 0.03);
}

INSTANTIATE_TEST_SUITE_P(
    Variants, AttentionVariantTest,
    testing::Values(
        Variant{.name = "causal", .right = 0},
        Variant{.name = "causal_dropped", .right = 0, .dropout = 0.3},
        Variant{.name = "window", .left = 20, .right = 20},
        Variant{.name = "causal_window", .left = 150, .right = 0, .dropout = 0.3},
        Variant{.name = "grouped", .kv_heads = 2, .right = 0},
        Variant{.name = "one_key_head", .kv_heads = 1, .left = 9, .right = 0, .dropout = 0.1},
        Variant{.name = "capped", .kv_heads = 2, .right = 0, .scale = 0.7F, .soft_cap = 1.5F},
        Variant{.name = "by_distance", .bias = "distance"},
        Variant{.name = "by_key", .right = 0, .scale = 1.0F, .bias = "key", .dropout = 0.2},
        Variant{.name = "all_at_once",
                .kv_heads = 2,
                .left = 60,
                .right = 5,
                .soft_cap = 3.0F,
                .bias = "distance"}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace trainer::nn
