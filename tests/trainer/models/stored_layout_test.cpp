#include "models/stored_layout.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "config/error.hpp"

namespace trainer::models {
namespace {

nn::ParameterSpec part(const char* name, std::vector<std::int64_t> shape, nn::StoredLayout layout) {
  nn::ParameterSpec spec;
  spec.name = name;
  spec.stored_name = "packed";
  spec.shape = std::move(shape);
  spec.layout = layout;
  return spec;
}

nn::ParameterSet set_of(std::vector<nn::ParameterSpec> specs) {
  nn::ParameterSet set(std::move(specs), nn::Compute::kFloat32, nn::Purpose::kTrain);
  set.masters().copy_(at::arange(set.size(), at::kFloat));
  return set;
}

TEST(StoredLayout, StackedPartsLieOneAfterTheOther) {
  const nn::ParameterSet set = set_of({part("q", {2, 3}, {}), part("k", {1, 3}, {})});
  const auto stored = stored_tensors(set);
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(stored[0].shape, (std::vector<std::int64_t>{3, 3}));
  EXPECT_TRUE(at::equal(pack(stored[0], set, Values::kMasters), at::arange(9.0F).view({3, 3})));
}

TEST(StoredLayout, TransposedPartsLieSideBySide) {
  const nn::StoredLayout transposed{.transposed = true};
  const nn::ParameterSet set =
      set_of({part("q", {2, 3}, transposed), part("k", {1, 3}, transposed)});
  const auto stored = stored_tensors(set);
  EXPECT_EQ(stored[0].shape, (std::vector<std::int64_t>{3, 3}));
  const at::Tensor whole = pack(stored[0], set, Values::kMasters);
  EXPECT_TRUE(at::equal(whole, at::arange(9.0F).view({3, 3}).t()));
  EXPECT_TRUE(whole.is_contiguous());
}

// Two heads of queries and one key each: query head 0, key 0, query head 1, key 1.
TEST(StoredLayout, GroupsInterleaveTheParts) {
  const nn::StoredLayout groups{.groups = 2};
  const nn::ParameterSet set = set_of({part("q", {4, 1}, groups), part("k", {2, 1}, groups)});
  const at::Tensor whole = pack(stored_tensors(set)[0], set, Values::kMasters);
  EXPECT_TRUE(at::equal(whole.flatten(), at::tensor({0.0F, 1.0F, 4.0F, 2.0F, 3.0F, 5.0F})));
}

TEST(StoredLayout, HeadsDivideTheLastAxis) {
  for (const nn::StoredLayout layout :
       {nn::StoredLayout{.heads = 2}, nn::StoredLayout{.transposed = true, .heads = 2}}) {
    nn::ParameterSet set = set_of({part("q", {4, 6}, layout)});
    const at::Tensor before = set.masters().clone();
    const StoredTensor stored = stored_tensors(set)[0];
    const at::Tensor matrix = at::arange(24.0F).view({4, 6});
    const at::Tensor whole = pack(stored, set, Values::kMasters).clone();
    EXPECT_TRUE(at::equal(whole, layout.transposed ? matrix.t().contiguous().view({6, 2, 2})
                                                   : matrix.view({4, 2, 3})));
    set.masters().zero_();
    unpack(stored, whole, set);
    EXPECT_TRUE(at::equal(set.masters(), before));
  }
}

TEST(StoredLayout, UnpackIsTheInverseOfPack) {
  for (const nn::StoredLayout layout :
       {nn::StoredLayout{}, nn::StoredLayout{.transposed = true}, nn::StoredLayout{.groups = 2},
        nn::StoredLayout{.transposed = true, .groups = 2}}) {
    nn::ParameterSet set =
        set_of({part("q", {4, 5}, layout), part("k", {2, 5}, layout), part("v", {2, 5}, layout)});
    const at::Tensor before = set.masters().clone();
    const StoredTensor stored = stored_tensors(set)[0];
    const at::Tensor whole = pack(stored, set, Values::kMasters).clone();
    set.masters().zero_();
    unpack(stored, whole, set);
    EXPECT_TRUE(at::equal(set.masters(), before));
  }
}

TEST(StoredLayout, SinglePlainPartIsTheParameterItself) {
  const nn::ParameterSet set = set_of({part("q", {2, 3}, {})});
  EXPECT_EQ(pack(stored_tensors(set)[0], set, Values::kMasters).const_data_ptr(),
            set.masters().const_data_ptr());
}

TEST(StoredLayout, PartsOfDifferentLayoutsAreRefused) {
  const nn::ParameterSet set =
      set_of({part("q", {2, 3}, {.transposed = true}), part("k", {2, 3}, {})});
  EXPECT_THROW(stored_tensors(set), Error);
}

}  // namespace
}  // namespace trainer::models
