#include "weights/tensor_view.hpp"

#include <gtest/gtest.h>

#include <array>
#include <numeric>

#include "config/error.hpp"

namespace trainer::weights {
namespace {

std::vector<std::int16_t> copied(const std::vector<std::int64_t>& shape,
                                 const std::vector<std::int64_t>& strides) {
  std::array<std::int16_t, 24> numbers{};
  std::iota(numbers.begin(), numbers.end(), std::int16_t{0});
  const TensorView view{.dtype = DType::kI16,
                        .shape = shape,
                        .data = std::as_bytes(std::span(numbers)),
                        .strides = strides};
  std::vector<std::int16_t> out(*byte_count(DType::kI16, shape) / 2);
  copy_row_major(view, std::as_writable_bytes(std::span(out)));
  return out;
}

TEST(TensorView, strided_elements_are_copied_row_by_row) {
  EXPECT_EQ(copied({2, 3}, {}), (std::vector<std::int16_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(copied({2, 3}, {1, 2}), (std::vector<std::int16_t>{0, 2, 4, 1, 3, 5}));
  EXPECT_EQ(copied({2, 2}, {6, 1}), (std::vector<std::int16_t>{0, 1, 6, 7}));
  EXPECT_EQ(copied({3}, {0}), (std::vector<std::int16_t>{0, 0, 0}));
  EXPECT_EQ(copied({2, 2, 2}, {12, 4, 2}), (std::vector<std::int16_t>{0, 2, 4, 6, 12, 14, 16, 18}));
  EXPECT_EQ(copied({}, {}), (std::vector<std::int16_t>{0}));
  EXPECT_TRUE(copied({0, 3}, {3, 1}).empty());
}

TEST(TensorView, a_copy_to_where_it_does_not_fit_is_refused) {
  std::array<std::byte, 8> to{};
  EXPECT_THROW(copy_row_major({.dtype = DType::kF32, .shape = {3}, .data = to}, to), Error);
}

}  // namespace
}  // namespace trainer::weights
