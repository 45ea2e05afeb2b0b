#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "nn/global_attention.hpp"
#include "nn/relative_attention.hpp"
#include "nn/transformer.hpp"
#include "trainer/nn/layer_support.hpp"

// The attentions that are put together of others: each against its definition, written out.
namespace trainer::nn {
namespace {

using test::distance;
using test::Gradients;
using test::leaf;
using test::run;

constexpr std::int64_t kJoinedHeads = 2;
constexpr std::int64_t kJoinedSize = 8;
constexpr std::int64_t kWidth = kJoinedHeads * kJoinedSize;
const std::vector<std::int32_t> kJoinedOffsets = {0, 9, 10, 150};  // one text of a single token

// A set of normal numbers.
ParameterSet drawn(const TransformerConfig& config) {
  ParameterSet set(transformer_parameters(config), Compute::kFloat32, Purpose::kTrain);
  set.masters().normal_(0.0, 0.3);
  set.grads().zero_();
  return set;
}

TransformerConfig one_layer() {
  TransformerConfig config;
  config.vocab_size = 4;
  config.hidden = config.embedding_size = kWidth;
  config.layers = 1;
  config.heads = kJoinedHeads;
  config.feed_forward = 8;
  config.position_rows = 256;
  config.attention_dropout = 0.0;
  return config;
}

PackGeometry geometry() {
  PackGeometry pack;
  pack.cu_seqlens = kJoinedOffsets;
  return pack;
}

// The masters as leaves of autograd, to be compared with the set's gradients.
struct Leaves {
  explicit Leaves(const ParameterSet& from) : set(from) {}
  const ParameterSet& set;
  std::vector<std::pair<std::string, at::Tensor>> all = {};

  at::Tensor operator()(const std::string& name) {
    all.emplace_back(name, set.weight(name).master.clone().set_requires_grad(true));
    return all.back().second;
  }
  // A key's bias, or a query that sees one key, has no gradient but fp32's rounding of the others
  // (some 1e-7 of the largest): none is measured against less than a hundredth of the largest.
  void expect_equal_gradients() const {
    double largest = 0.0;
    for (const auto& [name, value] : all)
      largest = std::max(largest, value.grad().abs().max().item<double>());
    for (const auto& [name, value] : all) {
      const double size = std::max(value.grad().abs().max().item<double>(), 1e-2 * largest);
      const at::Tensor away = at::sub(set.weight(name).grad, value.grad()).abs().max();
      EXPECT_LT(away.item<double>() / size, 1e-4) << name;
    }
  }
};

// What tokens see of each other.
const std::map<std::string, LayerKind> kKinds = {{"all", {}},
                                                 {"causal", {.right = 0}},
                                                 {"alone", {.left = 0, .right = 0}},
                                                 {"window", {.left = 70, .right = 3}}};

at::Tensor heads_of(const at::Tensor& x) {
  return x.view({-1, kJoinedHeads, kJoinedSize}).transpose(0, 1);
}

TEST(SelfAttentionSums, GiveTheLogarithmOfTheSumAndItsGradient) {
  at::manual_seed(1);
  const std::vector<std::int32_t> cu = {0, 5, 5, 145};  // a text without rows between
  const AttentionShape shape{.heads = kJoinedHeads,
                             .head_size = kJoinedSize,
                             .cu_queries = cu,
                             .cu_keys = cu,
                             .left = 20,
                             .right = 3};
  const at::Tensor qkv = leaf({145, 3 * kWidth});
  const at::Tensor weights = at::randn({145, kWidth + kJoinedHeads});
  const AttentionSums sums = self_attention_sums(qkv, shape, {});
  const Gradients ours = run(at::cat({sums.out, sums.lse}, 1), {qkv}, weights);
  const at::Tensor place = at::arange(145);
  const at::Tensor away = place.unsqueeze(0) - place.unsqueeze(1);  // key - query
  const at::Tensor text = (place >= 5).to(at::kLong);
  const at::Tensor seen =
      (away <= 3).logical_and(away >= -20).logical_and(text.unsqueeze(0) == text.unsqueeze(1));
  const auto parts = qkv.split(kWidth, 1);
  const at::Tensor scores = (at::matmul(heads_of(parts[0]), heads_of(parts[1]).transpose(1, 2)) /
                             std::sqrt(double{kJoinedSize}))
                                .masked_fill(seen.logical_not(), -1e30);
  const at::Tensor out =
      at::matmul(at::softmax(scores, -1), heads_of(parts[2])).transpose(0, 1).reshape({145, -1});
  const Gradients theirs = run(at::cat({out, at::logsumexp(scores, {-1}).t()}, 1), {qkv}, weights);
  EXPECT_LT(distance(ours.out, theirs.out), 1e-5);
  EXPECT_LT(distance(ours.inputs[0], theirs.inputs[0]), 1e-5);
}

TEST(GlobalAttention, EqualsItsDefinition) {
  at::manual_seed(2);
  TransformerConfig config = one_layer();
  config.global_first = true;
  config.layer_kinds = {{.left = 3, .right = 3}};
  const ParameterSet set = drawn(config);
  const GlobalAttention layer(config, set, 0, "layer.0.");
  const at::Tensor x = leaf({150, kWidth});
  const at::Tensor weights = at::randn({150, kWidth});
  Pass pass(Mode::kTrain);
  const PackGeometry pack = geometry();
  const Gradients ours = run(layer.whole(x, pack, pass), {x}, weights);

  Leaves leaves(set);
  const auto project = [&](const std::string& module) {
    const std::string name = "layer.0.attention." + module;
    const at::Tensor weight = leaves(name + ".weight");
    return [weight, bias = leaves(name + ".bias")](const at::Tensor& in) {
      return at::linear(in, weight, bias);
    };
  };
  const auto q = project("query"), k = project("key"), v = project("value");
  const auto gq = project("global_query"), gk = project("global_key"), gv = project("global_value");
  const auto output = project("output");
  std::vector<at::Tensor> texts;
  for (std::size_t b = 0; b + 1 < kJoinedOffsets.size(); ++b) {
    const std::int64_t n = kJoinedOffsets[b + 1] - kJoinedOffsets[b];
    const at::Tensor in = x.narrow(0, kJoinedOffsets[b], n);
    const at::Tensor place = at::arange(n);
    const at::Tensor away = (place.unsqueeze(0) - place.unsqueeze(1)).abs();
    const at::Tensor hidden = (away > 3).logical_and(place.unsqueeze(0) != 0);
    const auto attend = [&](const at::Tensor& a, const at::Tensor& c, const at::Tensor& values,
                            bool windowed) {
      at::Tensor scores =
          at::matmul(heads_of(a), heads_of(c).transpose(1, 2)) / std::sqrt(double{kJoinedSize});
      if (windowed) scores = scores.masked_fill(hidden, -1e30);
      return at::matmul(at::softmax(scores, -1), heads_of(values))
          .transpose(0, 1)
          .reshape({-1, kWidth});
    };
    const at::Tensor local = attend(q(in), k(in), v(in), true);
    const at::Tensor first = attend(gq(in.narrow(0, 0, 1)), gk(in), gv(in), false);
    texts.push_back(at::cat({first, local.narrow(0, 1, n - 1)}, 0));
  }
  const Gradients theirs = run(output(at::cat(texts, 0)), {x}, weights);
  EXPECT_LT(distance(ours.out, theirs.out), 1e-5);
  EXPECT_LT(distance(ours.inputs[0], theirs.inputs[0]), 2e-5);
  leaves.expect_equal_gradients();
  const at::Tensor firsts = layer.firsts(x, pack, pass);
  EXPECT_LT(distance(firsts.select(0, 2), ours.out.select(0, 10)), 1e-5);
}

class RelativeTest : public testing::TestWithParam<const char*> {};

TEST_P(RelativeTest, EqualsItsDefinition) {
  at::manual_seed(3);
  TransformerConfig config = one_layer();
  config.positions = Positions::kNone;
  config.position_limit = 512;
  config.query_bias = config.key_bias = config.value_bias = config.output_bias = false;
  config.relative = RelativeConfig{.clamp = 20};
  const LayerKind kind = kKinds.at(GetParam());
  config.layer_kinds = {kind};
  const ParameterSet set = drawn(config);
  const RelativeAttention layer(config, set, 0, "layer.0.");
  std::vector<std::int32_t> types(150, 0);
  for (std::size_t t = 40; t < 90; ++t) types[t] = 1;
  types[8] = types[9] = types[149] = 2;
  PackGeometry pack = geometry();
  pack.distances = distance_sinusoids(140, 20, kWidth);
  pack.distance_rows = rows_of_distances({.span = 140}, 140);
  pack.segments = one_hot_segments(types);
  const at::Tensor x = leaf({150, kWidth});
  const at::Tensor weights = at::randn({150, kWidth});
  Pass pass(Mode::kTrain);
  const Gradients ours = run(layer.forward(x, nullptr, pack, pass), {x}, weights);

  Leaves leaves(set);
  const auto leaf_of = [&](const char* name) {
    return leaves(std::string("layer.0.attention.") + name);
  };
  const at::Tensor q = leaf_of("query.weight"), k = leaf_of("key.weight");
  const at::Tensor v = leaf_of("value.weight"), r = leaf_of("distance.weight");
  const at::Tensor o = leaf_of("output.weight"), segments = leaf_of("segments");
  const at::Tensor content = leaf_of("content_bias").unsqueeze(1);
  const at::Tensor by_distance = leaf_of("distance_bias").unsqueeze(1);
  const at::Tensor by_segment = leaf_of("segment_bias").unsqueeze(1);
  std::vector<at::Tensor> texts;
  for (std::size_t b = 0; b + 1 < kJoinedOffsets.size(); ++b) {
    const std::int64_t n = kJoinedOffsets[b + 1] - kJoinedOffsets[b];
    const at::Tensor in = x.narrow(0, kJoinedOffsets[b], n);
    const at::Tensor place = at::arange(n);
    const at::Tensor away = place.unsqueeze(1) - place.unsqueeze(0);  // query - key
    at::Tensor type = at::empty({n}, at::kLong);
    for (std::int64_t t = 0; t < n; ++t)
      type[t] = types[static_cast<std::size_t>(kJoinedOffsets[b] + t)];
    const at::Tensor another = (type.unsqueeze(0) != type.unsqueeze(1)).to(at::kLong);
    const at::Tensor query = heads_of(at::linear(in, q));
    const at::Tensor rows = heads_of(at::linear(pack.distances, r));
    at::Tensor scores = at::matmul(query + content, heads_of(at::linear(in, k)).transpose(1, 2)) +
                        at::matmul(query + by_distance, rows.transpose(1, 2))
                            .gather(2, (away + 140).expand({kJoinedHeads, n, n})) +
                        at::matmul(query + by_segment, segments.permute({1, 2, 0}))
                            .gather(2, another.expand({kJoinedHeads, n, n}));
    scores = scores / std::sqrt(double{kJoinedSize});
    scores = scores.masked_fill((away > kind.left).logical_or(away < -kind.right), -1e30);
    texts.push_back(at::matmul(at::softmax(scores, -1), heads_of(at::linear(in, v)))
                        .transpose(0, 1)
                        .reshape({n, kWidth}));
  }
  const Gradients theirs = run(at::linear(at::cat(texts, 0), o), {x}, weights);
  EXPECT_LT(distance(ours.out, theirs.out), 1e-5);
  EXPECT_LT(distance(ours.inputs[0], theirs.inputs[0]), 2e-5);
  leaves.expect_equal_gradients();
}

INSTANTIATE_TEST_SUITE_P(Kinds, RelativeTest, testing::Values("all", "causal", "alone", "window"),
                         [](const auto& tested) { return std::string(tested.param); });

TEST(OneHotSegments, AreNothingWhereAllTokensAreAlike) {
  EXPECT_FALSE(one_hot_segments(std::vector<std::int32_t>{2, 2, 2}).defined());
  EXPECT_TRUE(at::equal(one_hot_segments(std::vector<std::int32_t>{5, 0, 5}),
                        at::tensor({0.0F, 1.0F, 1.0F, 0.0F, 0.0F, 1.0F}).view({3, 2})));
}

}  // namespace
}  // namespace trainer::nn
