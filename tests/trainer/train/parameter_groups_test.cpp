#include "train/parameter_groups.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/error.hpp"
#include "trainer/train/optimizer_set.hpp"

namespace trainer::train {
namespace {

using test::optimizer_set;
using testing::HasSubstr;

TEST(WeightDecay, IsKeptFromTheNamesThatTheTrainerKeepsItFrom) {
  for (const char* name :
       {"bert.encoder.layer.0.output.LayerNorm.weight", "x.bias", "h.0.layernorm.weight",
        "model.norm.weight", "norm", "model.layers.0.input_layernorm.weight",
        "layers.1.attn_norm.weight", "layers.1.q_norm", "encoder.relative_attention_bias.weight",
        "blocks.0.RMSNorm.scale"}) {
    EXPECT_TRUE(name_forbids_decay(name)) << name;
  }
  for (const char* name : {"bert.encoder.layer.0.output.dense.weight", "normal.weight",
                           "layers.norm_like.weight", "embeddings.word_embeddings.weight"}) {
    EXPECT_FALSE(name_forbids_decay(name)) << name;
  }
}

TEST(Treatments, SayWhatIsTrainedAndDecayed) {
  const nn::ParameterSet set = optimizer_set();
  const auto all = treatments(
      set, {.weight_decay = 0.1, .frozen = {"head.*", "*.qk.*"}, .freeze_embeddings = true});
  const bool trained[] = {false, true, false, false, true, false};
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].trained, trained[i]) << i;
  EXPECT_EQ(all[0].weight_decay, 0.1);
  EXPECT_EQ(all[1].weight_decay, 0.0);
  EXPECT_EQ(all[4].lr_scale, 1.0);
}

TEST(Groups, JoinNeighboursOfEqualTreatment) {
  const nn::ParameterSet set = optimizer_set();
  const auto groups = group(set, treatments(set, {.weight_decay = 0.1, .frozen_layers = 1}));
  // Embeddings; the frozen bias without decay; frozen query and key; what is above.
  ASSERT_EQ(groups.size(), 4U);
  EXPECT_EQ(groups[0].end, 2000);
  EXPECT_FALSE(groups[1].treatment.trained);
  EXPECT_EQ(groups[2].end - groups[2].begin, 900);
  EXPECT_EQ(groups[3].state, 2000);  // frozen ones have no state
  EXPECT_EQ(trained_size(groups), 2000 + 42 + 60);
}

std::string refusal(const GroupOptions& options) {
  try {
    treatments(optimizer_set(), options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    return error.what();
  }
  return "";
}

TEST(Treatments, RefuseWhatMatchesNothingOrLeavesNothing) {
  EXPECT_THAT(refusal({.frozen = {"layer.0.*"}}),
              HasSubstr("--freeze 'layer.0.*' matches no parameter; names are like e.weight"));
  EXPECT_THAT(refusal({.frozen_layers = 3}), HasSubstr("the model has 2 layers"));
  EXPECT_THAT(refusal({.frozen = {"*"}}), HasSubstr("leaves no parameter"));
}

}  // namespace
}  // namespace trainer::train
