#include "nn/disentangled_attention.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

#include "trainer/nn/layer_support.hpp"

namespace trainer::nn {
namespace {

using test::distance;
using test::factors;
using test::Gradients;
using test::leaf;
using test::place_of;
using test::run;

constexpr std::int64_t kHeads = 2;
constexpr std::int64_t kSize = 8;

// Written out with gathers, one sequence and head after the other.
at::Tensor plain(const at::Tensor& q, const at::Tensor& kv, const DistanceTerms& terms,
                 const AttentionShape& shape, const cpu::DropoutPlace& place) {
  const std::int64_t middle = (static_cast<std::int64_t>(terms.rows.size()) - 1) / 2;
  std::vector<at::Tensor> sequences;
  for (std::size_t b = 0; b + 1 < shape.cu_queries.size(); ++b) {
    const std::int64_t q0 = shape.cu_queries[b];
    const std::int64_t queries = shape.cu_queries[b + 1] - q0;
    const std::int64_t k0 = shape.cu_keys[b];
    const std::int64_t keys = shape.cu_keys[b + 1] - k0;
    const std::int64_t start = shape.query_starts.empty() ? 0 : shape.query_starts[b];
    at::Tensor rows = at::empty({queries, keys}, at::kLong);
    for (std::int64_t i = 0; i < queries; ++i) {
      for (std::int64_t j = 0; j < keys; ++j)
        rows[i][j] = terms.rows[static_cast<std::size_t>(middle + start + i - j)];
    }
    std::vector<at::Tensor> heads;
    for (std::int64_t h = 0; h < kHeads; ++h) {
      const auto cut = [&](const at::Tensor& x) { return x.narrow(1, h * kSize, kSize); };
      const at::Tensor qh = cut(q.narrow(0, q0, queries));
      const at::Tensor kh = cut(kv.narrow(0, k0, keys));
      const at::Tensor vh = kv.narrow(0, k0, keys).narrow(1, (kHeads + h) * kSize, kSize);
      at::Tensor scores = at::mm(qh, kh.t());
      if (terms.keys.defined()) scores = scores + at::mm(qh, cut(terms.keys).t()).gather(1, rows);
      if (terms.queries.defined())
        scores = scores + at::mm(kh, cut(terms.queries).t()).gather(1, rows.t()).t();
      at::Tensor p = at::softmax(scores * shape.scale, 1);
      if (place.threshold != 0) {
        const at::Tensor all = factors(place, (q0 + queries) * kHeads, keys);
        p = p * all.view({q0 + queries, kHeads, keys}).select(1, h).narrow(0, q0, queries);
      }
      heads.push_back(at::mm(p, vh));
    }
    sequences.push_back(at::cat(heads, 1));
  }
  return at::cat(sequences, 0);
}

struct Case {
  bool keys = true;
  bool queries = true;
  bool chosen = false;  // one query in each text
  double dropout = 0.0;
};

class DisentangledTest : public testing::TestWithParam<Case> {};

TEST_P(DisentangledTest, EqualsAutograd) {
  at::manual_seed(3);
  const std::vector<std::int32_t> cu = {0, 5, 6, 146};  // more than a block of queries
  const std::vector<std::int32_t> cu_chosen = {0, 1, 2, 3};
  const std::vector<std::int32_t> starts = {2, 0, 139};
  AttentionShape shape{.heads = kHeads,
                       .head_size = kSize,
                       .cu_queries = GetParam().chosen ? cu_chosen : cu,
                       .cu_keys = cu,
                       .query_starts = {},
                       .scale = 0.2F};
  if (GetParam().chosen) shape.query_starts = starts;
  const at::Tensor q = leaf({shape.cu_queries.back(), kHeads * kSize});
  const at::Tensor kv = leaf({146, 2 * kHeads * kSize});
  DistanceTerms terms{
      .keys = {},
      .queries = {},
      .rows = rows_of_distances({.span = 8, .buckets = 8, .max_distance = 64}, 140)};
  std::vector<at::Tensor> inputs = {q, kv};
  if (GetParam().keys) inputs.push_back(terms.keys = leaf({16, kHeads * kSize}));
  if (GetParam().queries) inputs.push_back(terms.queries = leaf({16, kHeads * kSize}));
  const at::Tensor weights = at::randn({q.size(0), kHeads * kSize});
  const cpu::DropoutPlace place = place_of(GetParam().dropout);
  const Gradients ours = run(disentangled_attention(q, kv, terms, shape, place), inputs, weights);
  const Gradients theirs = run(plain(q, kv, terms, shape, place), inputs, weights);
  EXPECT_LT(distance(ours.out, theirs.out), 1e-5);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    EXPECT_LT(distance(ours.inputs[i], theirs.inputs[i]), 2e-5) << i;
}

INSTANTIATE_TEST_SUITE_P(Terms, DisentangledTest,
                         testing::Values(Case{}, Case{.queries = false}, Case{.keys = false},
                                         Case{.chosen = true}, Case{.dropout = 0.3}));

// Near distances have a row each; far ones share by their logarithm; all lie within the table.
TEST(RowsOfDistances, AreExactNearAndLogarithmicFar) {
  const auto rows = rows_of_distances({.span = 32, .buckets = 32, .max_distance = 128}, 200);
  const auto at = [&](std::int64_t d) { return rows[static_cast<std::size_t>(d + 199)]; };
  EXPECT_EQ(at(0), 32);
  EXPECT_EQ(at(16), 48);
  EXPECT_EQ(at(-16), 16);
  EXPECT_EQ(at(127), 63);
  EXPECT_EQ(at(199), 63);
  EXPECT_EQ(at(-199), 0);
  const auto plain = rows_of_distances({.span = 4, .buckets = 0, .max_distance = 4}, 10);
  EXPECT_EQ(plain[9 + 3], 7);
  EXPECT_EQ(plain[9 + 9], 7);
  EXPECT_EQ(plain[0], 0);
}

}  // namespace
}  // namespace trainer::nn
