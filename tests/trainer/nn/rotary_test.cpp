#include "nn/rotary.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

#include "nn/position_bias.hpp"
#include "trainer/nn/layer_support.hpp"

namespace trainer::nn {
namespace {

using test::distance;
using test::Gradients;
using test::leaf;
using test::run;

const std::vector<std::int32_t> kPositions = {0, 1, 2, 0, 1, 2, 3, 4};
const std::vector<std::int32_t> kTurnedOffsets = {0, 3, 8};

// x [T, N*D] turned as the paper has it, written with complex numbers.
at::Tensor plain(const at::Tensor& x, std::int64_t heads, const RotaryConfig& config) {
  const std::int64_t d = x.size(1) / heads;
  const at::Tensor exponents = at::arange(0, config.dim, 2, at::kFloat) / config.dim;
  const at::Tensor angles =
      at::outer(at::tensor(kPositions, at::kFloat), at::pow(config.theta, -exponents));
  const at::Tensor turn = at::polar(at::ones_like(angles), angles).unsqueeze(1);
  const at::Tensor all = x.view({x.size(0), heads, d});
  const at::Tensor rest = all.narrow(2, config.dim, d - config.dim);
  at::Tensor first;
  at::Tensor second;
  if (config.interleaved) {
    first = all.slice(2, 0, config.dim, 2);
    second = all.slice(2, 1, config.dim, 2);
  } else {
    first = all.narrow(2, 0, config.dim / 2);
    second = all.narrow(2, config.dim / 2, config.dim / 2);
  }
  const at::Tensor turned = at::complex(first, second) * turn;
  const at::Tensor pair = config.interleaved
                              ? at::stack({at::real(turned), at::imag(turned)}, 3).flatten(2)
                              : at::cat({at::real(turned), at::imag(turned)}, 2);
  return at::cat({pair, rest}, 2).view({x.size(0), heads * d});
}

class RotateTest : public testing::TestWithParam<RotaryConfig> {};

TEST_P(RotateTest, EqualsComplexMultiplicationAndPassesOtherColumns) {
  at::manual_seed(1);
  const at::Tensor x = leaf({8, 3 * 12});
  const at::Tensor weights = at::randn({8, 36});
  const auto angles = rotary_angles(GetParam(), kPositions, kTurnedOffsets);
  // The first two heads only; the third passes.
  const Gradients ours = run(rotate(x * 1.0, {.heads = 2, .head_size = 12}, angles), {x}, weights);
  const auto parts = x.split(24, 1);
  const Gradients theirs =
      run(at::cat({plain(parts[0], 2, GetParam()), parts[1]}, 1), {x}, weights);
  EXPECT_LT(distance(ours.out, theirs.out), 1e-6);
  EXPECT_LT(distance(ours.inputs[0], theirs.inputs[0]), 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Configs, RotateTest,
                         testing::Values(RotaryConfig{.dim = 12}, RotaryConfig{.dim = 8},
                                         RotaryConfig{.dim = 12, .interleaved = true},
                                         RotaryConfig{
                                             .dim = 4, .theta = 50.0, .interleaved = true}));

TEST(RotaryAngles, DynamicScalingGoesByEachTextsOwnLength) {
  const RotaryConfig config{
      .dim = 8, .scaling = RotaryScaling::kDynamic, .factor = 4.0, .max_positions = 3};
  const auto together = rotary_angles(config, kPositions, kTurnedOffsets);
  const std::vector<std::int32_t> alone = {0, 1, 2};
  const std::vector<std::int32_t> offsets = {0, 3};
  const auto single = rotary_angles(config, alone, offsets);
  const auto row = [](const RotaryAngles& a, std::size_t token) {
    return a.cosines[a.rows[token]];
  };
  EXPECT_TRUE(at::equal(row(*together, 2), row(*single, 2)));
  EXPECT_FALSE(at::equal(row(*together, 5), row(*together, 2)));  // the longer text's
}

TEST(AlibiSlopes, FollowThePaperForPowersOfTwoAndBetween) {
  EXPECT_FLOAT_EQ(alibi_slopes(8)[0], 0.5F);
  EXPECT_FLOAT_EQ(alibi_slopes(8)[7], 1.0F / 256);
  const std::vector<float> six = alibi_slopes(6);
  ASSERT_EQ(six.size(), 6U);
  EXPECT_FLOAT_EQ(six[0], 0.25F);
  EXPECT_FLOAT_EQ(six[4], std::pow(2.0F, -1.0F));
  EXPECT_FLOAT_EQ(six[5], std::pow(2.0F, -3.0F));
}

TEST(Buckets, SmallDistancesHaveTheirOwnAndLargeOnesShare) {
  const auto both = buckets_of_distances({.buckets = 32, .max_distance = 128}, 200);
  const auto at = [&](std::int64_t distance) {
    return both[static_cast<std::size_t>(distance + 199)];
  };
  EXPECT_EQ(at(0), 0);
  EXPECT_EQ(at(-7), 7);
  EXPECT_EQ(at(7), 16 + 7);
  EXPECT_EQ(at(-9), 8);
  EXPECT_EQ(at(-199), 15);
  EXPECT_EQ(at(199), 31);
  const auto past = buckets_of_distances({.bidirectional = false}, 200);
  EXPECT_EQ(past[199 + 5], 0);
  EXPECT_EQ(past[199 - 15], 15);
  EXPECT_EQ(past[0], 31);
}

TEST(BucketBias, BackwardAddsToTheTable) {
  ParameterSpec spec;
  spec.name = spec.stored_name = "table";
  spec.shape = {32, 2};
  ParameterSet set({spec}, Compute::kFloat32, Purpose::kTrain);
  set.masters().normal_();
  const AttentionBias bias = bucket_bias(set.weight("table"), {}, 10);
  torch::autograd::backward({bias.values.sum()}, {});
  EXPECT_EQ(set.grads().sum().item<float>(), 2.0F * 19.0F);
  EXPECT_EQ(set.weight("table").grad[0][1].item<float>(), 1.0F);
}

}  // namespace
}  // namespace trainer::nn
