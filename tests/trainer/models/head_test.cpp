#include "models/head.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace trainer::models {
namespace {

constexpr std::int32_t kPad = 3;

// Three texts: 5 6 3 7, then 3 3 (nothing but padding ids), then 8.
const std::vector<std::int32_t> kIds = {5, 6, 3, 7, 3, 3, 8};
const std::vector<std::int32_t> kOffsets = {0, 4, 6, 7};

std::vector<std::int32_t> pooled(Pool pool, std::optional<std::int32_t> mark,
                                 const std::vector<std::int32_t>& ids = kIds) {
  return pooled_tokens(pool, {.ids = ids, .type_ids = {}, .positions = {}, .cu_seqlens = kOffsets},
                       mark);
}

using Places = std::vector<std::int32_t>;

TEST(PooledTokens, FirstAndLastGoByPlaceAlone) {
  EXPECT_EQ(pooled(Pool::kFirst, kPad), (Places{0, 4, 6}));
  EXPECT_EQ(pooled(Pool::kLast, kPad), (Places{3, 5, 6}));
}

// As transformers: the rightmost id that is not the padding id, else the first place.
TEST(PooledTokens, LastTokenSkipsPaddingIdsAtTheEndOnly) {
  EXPECT_EQ(pooled(Pool::kLastToken, kPad), (Places{3, 4, 6}));
  EXPECT_EQ(pooled(Pool::kLastToken, 7), (Places{2, 5, 6}));
  EXPECT_EQ(pooled(Pool::kLastToken, std::nullopt), (Places{3, 5, 6}));
}

TEST(PooledTokens, LastEosIsTheRightmostOne) {
  EXPECT_EQ(pooled(Pool::kLastEos, 3), (Places{2, 5, 6}));
}

TEST(PooledTokens, MeansNeedAllTokens) {
  EXPECT_TRUE(pooled(Pool::kMean, kPad).empty());
  EXPECT_TRUE(pooled(Pool::kLate, kPad).empty());
}

TEST(MeanOfTexts, AveragesEachTextAlone) {
  const at::Tensor x = at::arange(14.0F).view({7, 2});
  const at::Tensor means = mean_of_texts(x, kOffsets);
  EXPECT_TRUE(at::equal(means, at::tensor({3.0F, 4.0F, 9.0F, 10.0F, 12.0F, 13.0F}).view({3, 2})));
}

TEST(AddHeadParameters, BareScoreIsOneMatrix) {
  std::vector<nn::ParameterSpec> specs;
  HeadConfig score;
  score.dense = false;
  score.out_bias = false;
  add_head_parameters(specs, score, 16, 3);
  ASSERT_EQ(specs.size(), 1U);
  EXPECT_EQ(specs[0].name, "head.out.weight");
  EXPECT_EQ(specs[0].shape, (std::vector<std::int64_t>{3, 16}));
}

TEST(Head, ActivatesTheLogitsWhereTheConfigSaysSo) {
  HeadConfig config;
  config.dense = false;
  config.activation = nn::Activation::kLinear;
  config.out_activation = nn::Activation::kTanh;
  config.dropout = 0.0;
  std::vector<nn::ParameterSpec> specs;
  add_head_parameters(specs, config, 4, 2);
  nn::ParameterSet set(specs, nn::Compute::kFloat32, nn::Purpose::kTrain);
  set.masters().fill_(0.5);
  nn::Pass pass(nn::Mode::kEvaluate);
  const at::Tensor logits = Head(config, set).forward(at::ones({1, 4}), pass);
  EXPECT_TRUE(at::allclose(logits, at::tanh(at::full({1, 2}, 2.5))));
}

TEST(AddHeadParameters, DrawsBySizeWhereTheConfigSaysSo) {
  HeadConfig config;
  config.deviation_by_size = true;
  std::vector<nn::ParameterSpec> specs;
  add_head_parameters(specs, config, 16, 2);
  EXPECT_DOUBLE_EQ(specs[0].deviation, std::sqrt(1.0 / 32.0));
  EXPECT_DOUBLE_EQ(specs[2].deviation, std::sqrt(1.0 / 18.0));
}

}  // namespace
}  // namespace trainer::models
