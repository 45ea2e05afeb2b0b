#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <vector>

#include "config/error.hpp"
#include "nn/attention.hpp"
#include "nn/embedding.hpp"
#include "nn/kernels/cpu/reference.hpp"
#include "nn/linear.hpp"
#include "nn/norm.hpp"
#include "nn/parameter_set.hpp"
#include "nn/pass.hpp"
#include "nn/runtime.hpp"

// Each hand-written layer against the same formula in plain ATen operators and autograd.
namespace trainer::nn {
namespace {

at::Tensor leaf(at::IntArrayRef shape) { return at::randn(shape).set_requires_grad(true); }

// The factors that dropout at a place applies to a [rows,columns] matrix.
at::Tensor factors(const cpu::DropoutPlace& place, std::int64_t rows, std::int64_t columns) {
  at::Tensor out = at::empty({rows, columns});
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) {
      out.data_ptr<float>()[r * columns + c] =
          cpu::dropout_factor(place, static_cast<std::uint32_t>(r), static_cast<std::uint32_t>(c));
    }
  }
  return out;
}

double distance(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>() / (b.abs().max().item<double>() + 1e-12);
}

cpu::DropoutPlace place_of(double p) {
  Pass pass(Mode::kTrain, {.seed = 99, .step = 5});
  return pass.dropout(p);
}

struct Gradients {
  at::Tensor out;
  std::vector<at::Tensor> inputs;
};

Gradients run(const at::Tensor& out, const std::vector<at::Tensor>& inputs,
              const at::Tensor& weights) {
  torch::autograd::backward({(out * weights).sum()}, {});
  Gradients result{out.detach(), {}};
  for (const at::Tensor& input : inputs) {
    result.inputs.push_back(input.grad().clone());
    input.mutable_grad().reset();
  }
  return result;
}

// Attention written out for one sequence after the other; dropout rows are (token * heads + head).
at::Tensor plain_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           const AttentionShape& shape, const cpu::DropoutPlace& place) {
  const std::int64_t d = shape.head_size;
  std::vector<at::Tensor> sequences;
  for (std::size_t b = 0; b + 1 < shape.cu_queries.size(); ++b) {
    const std::int64_t q0 = shape.cu_queries[b];
    const std::int64_t queries = shape.cu_queries[b + 1] - q0;
    const std::int64_t k0 = shape.cu_keys[b];
    const std::int64_t keys = shape.cu_keys[b + 1] - k0;
    std::vector<at::Tensor> heads;
    for (std::int64_t h = 0; h < shape.heads; ++h) {
      const auto cut = [&](const at::Tensor& x, std::int64_t from, std::int64_t rows) {
        return x.narrow(0, from, rows).narrow(1, h * d, d);
      };
      at::Tensor p =
          at::softmax(at::mm(cut(q, q0, queries), cut(k, k0, keys).t()) / std::sqrt(double(d)), 1);
      if (place.threshold != 0) {
        const at::Tensor all = factors(place, (q0 + queries) * shape.heads, keys);
        p = p * all.view({q0 + queries, shape.heads, keys}).select(1, h).narrow(0, q0, queries);
      }
      heads.push_back(at::mm(p, cut(v, k0, keys)));
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
  if (!bf16_is_fast()) GTEST_SKIP() << "no bf16 products here";
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

// A set with one linear layer, one norm and one table.
ParameterSet small_set() {
  std::vector<ParameterSpec> specs;
  const auto add = [&](const char* name, std::vector<std::int64_t> shape) {
    ParameterSpec spec;
    spec.name = spec.stored_name = name;
    spec.shape = std::move(shape);
    specs.push_back(spec);
  };
  add("linear.weight", {7, 20});
  add("linear.bias", {7});
  add("norm.weight", {20});
  add("norm.bias", {20});
  add("table.weight", {11, 20});
  ParameterSet set(specs, Compute::kFloat32, Purpose::kTrain);
  set.masters().normal_();
  return set;
}

at::Tensor copy_leaf(const Weight& weight) {
  return weight.master.detach().clone().set_requires_grad(true);
}

TEST(LinearTest, EqualsAutogradAndAddsToGradients) {
  at::manual_seed(4);
  ParameterSet set = small_set();
  const LinearWeights weights{set.weight("linear.weight"), set.weight("linear.bias")};
  const at::Tensor x = leaf({130, 20});
  const at::Tensor w = copy_leaf(weights.weight);
  const at::Tensor b = copy_leaf(*weights.bias);
  const at::Tensor upstream = at::randn({130, 7});
  const Gradients ours = run(linear(x, weights), {x}, upstream);
  const Gradients theirs = run(at::linear(x, w, b), {x, w, b}, upstream);
  EXPECT_LT(distance(ours.inputs[0], theirs.inputs[0]), 1e-5);
  EXPECT_LT(distance(weights.weight.grad, theirs.inputs[1]), 1e-5);
  EXPECT_LT(distance(weights.bias->grad, theirs.inputs[2]), 1e-5);
  run(linear(x, weights), {x}, upstream);
  EXPECT_LT(distance(weights.weight.grad, 2 * theirs.inputs[1]), 1e-5);
}

TEST(AddNormTest, EqualsAutogradWithDropoutAndResidual) {
  at::manual_seed(5);
  ParameterSet set = small_set();
  const NormWeights weights{
      .gamma = set.weight("norm.weight"), .beta = set.weight("norm.bias"), .eps = 1e-5};
  const at::Tensor x = leaf({70, 20});
  const at::Tensor residual = leaf({70, 20});
  const at::Tensor gamma = copy_leaf(weights.gamma);
  const at::Tensor beta = copy_leaf(weights.beta);
  const cpu::DropoutPlace place = place_of(0.25);
  const at::Tensor upstream = at::randn({70, 20});
  const Gradients ours = run(add_norm(x, residual, weights, place), {x, residual}, upstream);
  const Gradients theirs =
      run(at::layer_norm(residual + x * factors(place, 70, 20), {20}, gamma, beta, 1e-5),
          {x, residual, gamma, beta}, upstream);
  EXPECT_LT(distance(ours.out, theirs.out), 1e-5);
  EXPECT_LT(distance(ours.inputs[0], theirs.inputs[0]), 1e-5);
  EXPECT_LT(distance(ours.inputs[1], theirs.inputs[1]), 1e-5);
  EXPECT_LT(distance(weights.gamma.grad, theirs.inputs[2]), 1e-5);
  EXPECT_LT(distance(weights.beta.grad, theirs.inputs[3]), 1e-5);
}

TEST(DropoutTest, BackwardDropsTheSameElements) {
  const at::Tensor x = leaf({40, 30});
  const cpu::DropoutPlace place = place_of(0.5);
  const Gradients ours = run(dropout(x, place), {x}, at::ones({40, 30}));
  EXPECT_LT(distance(ours.inputs[0], factors(place, 40, 30)), 1e-6);
}

TEST(EmbedTest, AddsGradientsToTheRowsTaken) {
  ParameterSet set = small_set();
  const Weight table = set.weight("table.weight");
  const std::vector<std::int32_t> rows = {3, 3, 10};
  const at::Tensor out = embed({{table, rows}}, 3, Compute::kFloat32);
  EXPECT_LT(distance(out.detach(), table.master.index_select(0, at::tensor({3, 3, 10}))), 1e-6);
  torch::autograd::backward({out.sum()}, {});
  EXPECT_EQ(table.grad[3][0].item<float>(), 2.0F);
  EXPECT_EQ(table.grad[10][19].item<float>(), 1.0F);
  EXPECT_EQ(table.grad.sum().item<float>(), 60.0F);
}

TEST(EmbedTest, RefusesAnIdOutsideTheTable) {
  ParameterSet set = small_set();
  const std::vector<std::int32_t> rows = {11};
  EXPECT_THROW(embed({{set.weight("table.weight"), rows}}, 1, Compute::kFloat32), Error);
}

TEST(ParameterSetTest, StackedRefusesWhatDoesNotLieTogether) {
  ParameterSet set = small_set();
  EXPECT_THROW(set.stacked(std::vector<std::string>{"linear.weight", "norm.weight"}), Error);
}

}  // namespace
}  // namespace trainer::nn
