#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "nn/kernels/cpu/kernels.hpp"
#include "nn/kernels/cpu/optimizer_reference.hpp"

// Each optimizer's pass against one element at a time in double precision.
namespace trainer::nn::cpu {
namespace {

constexpr std::int64_t kSize = 1003;  // vectors and a rest
constexpr float kScale = 0.37F;       // of clipping

// Buffers of random values, and the elements they hold.
struct Buffers {
  std::vector<float> parameter = draw(1), gradient = draw(2), m = draw(3), v = draw(4);
  std::vector<Bf16> shadow = std::vector<Bf16>(kSize);

  Buffers() {
    for (float& x : v) x = x * x;
    gradient[5] = 0.0F;
    m[5] = 0.0F;
  }
  static std::vector<float> draw(unsigned seed) {
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal;
    std::vector<float> out(kSize);
    for (float& x : out) x = normal(generator);
    return out;
  }
  Element element(std::size_t i) const {
    return {.parameter = parameter[i],
            .gradient = static_cast<double>(gradient[i]) * static_cast<double>(kScale),
            .m = m[i],
            .v = v[i]};
  }
  std::vector<Element> elements() const {
    std::vector<Element> out;
    for (std::size_t i = 0; i < parameter.size(); ++i) out.push_back(element(i));
    return out;
  }
  UpdateTarget target() {
    return {.parameter = parameter.data(),
            .gradient = gradient.data(),
            .shadow = shadow.data(),
            .gradient_scale = kScale,
            .lr = 0.01F,
            .weight_decay = 0.1F};
  }
};

void expect_close(const Buffers& b, const std::vector<Element>& expected) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(b.parameter[i], expected[i].parameter, 2e-6) << i;
    ASSERT_NEAR(b.m[i], expected[i].m, 2e-6) << i;
    ASSERT_EQ(b.gradient[i], 0.0F) << i;
    Bf16 rounded;
    kernels().to_bf16(&b.parameter[i], &rounded, {0, 1});
    ASSERT_EQ(b.shadow[i].bits, rounded.bits) << i;
  }
}

TEST(AdamWKernel, EqualsTheReference) {
  Buffers b;
  const AdamWArgs args{.parameter = b.parameter.data(),
                       .gradient = b.gradient.data(),
                       .m = b.m.data(),
                       .v = b.v.data(),
                       .shadow = b.shadow.data(),
                       .gradient_scale = kScale,
                       .lr = 0.01F,
                       .weight_decay = 0.1F,
                       .bias1 = 0.3F,
                       .bias2_sqrt = 0.2F};
  auto expected = b.elements();
  for (Element& e : expected) e = adamw_reference(args, e);
  kernels().adamw(args, {0, kSize});
  expect_close(b, expected);
}

class SgdKernel : public testing::TestWithParam<SgdArgs> {};

TEST_P(SgdKernel, EqualsTheReference) {
  Buffers b;
  SgdArgs args = GetParam();
  args.to = b.target();
  if (args.momentum > 0) args.buffer = b.m.data();
  auto expected = b.elements();
  for (Element& e : expected) e = sgd_reference(args, e);
  kernels().optimizers.sgd(args, {0, kSize});
  expect_close(b, expected);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, SgdKernel,
    testing::Values(SgdArgs{}, SgdArgs{.momentum = 0.9F}, SgdArgs{.momentum = 0.9F, .first = true},
                    SgdArgs{.momentum = 0.9F, .dampening = 0.3F},
                    SgdArgs{.momentum = 0.9F, .nesterov = true},
                    SgdArgs{.momentum = 0.9F, .nesterov = true, .first = true}));

TEST(LionKernel, EqualsTheReference) {
  Buffers b;
  const LionArgs args{.to = b.target(), .m = b.m.data()};
  auto expected = b.elements();
  for (Element& e : expected) e = lion_reference(args, e);
  kernels().optimizers.lion(args, {0, kSize});
  expect_close(b, expected);
}

TEST(AdafactorKernels, EqualDoubleArithmetic) {
  constexpr std::int64_t kRows = 17, kColumns = 59;  // of 1003
  Buffers b;
  std::vector<float> rows(kRows), columns(kColumns);
  kernels().optimizers.row_squares(b.gradient.data(), kColumns, {0, kRows}, rows.data());
  kernels().optimizers.column_squares(b.gradient.data(), kRows, kColumns, {0, 30}, columns.data());
  kernels().optimizers.column_squares(b.gradient.data(), kRows, kColumns, {30, kColumns},
                                      columns.data());
  std::vector<double> of_row(kRows), of_column(kColumns);
  const auto original = b.elements();
  for (std::size_t i = 0; i < original.size(); ++i) {
    const double g = original[i].gradient / static_cast<double>(kScale);
    of_row[i / kColumns] += g * g;
    of_column[i % kColumns] += g * g;
  }
  for (std::size_t r = 0; r < of_row.size(); ++r) EXPECT_NEAR(rows[r], of_row[r], 1e-4);
  for (std::size_t c = 0; c < of_column.size(); ++c) EXPECT_NEAR(columns[c], of_column[c], 1e-4);

  const AdafactorArgs args{.to = b.target(),
                           .row_factor = rows.data(),
                           .column_factor = columns.data(),
                           .columns = kColumns,
                           .step = 1e-3F};
  double squares = 0;
  const auto update = [&](std::size_t i) {
    return original[i].gradient * static_cast<double>(rows[i / kColumns]) *
           static_cast<double>(columns[i % kColumns]);
  };
  for (std::size_t i = 0; i < original.size(); ++i) squares += update(i) * update(i);
  EXPECT_NEAR(kernels().optimizers.adafactor_squares(args, {0, kRows}), squares, 1e-5 * squares);
  kernels().optimizers.adafactor(args, {0, kRows});
  for (std::size_t i = 0; i < original.size(); ++i) {
    const double expected = original[i].parameter * (1 - 0.01 * 0.1) - 1e-3 * update(i);
    ASSERT_NEAR(b.parameter[i], expected, 1e-5 + 1e-6 * std::abs(expected)) << i;
    ASSERT_EQ(b.gradient[i], 0.0F);
  }
}

TEST(AdafactorKernels, ColumnSumsOfManyRowsKeepTheirDigits) {
  constexpr std::int64_t kRows = 300'000;
  const std::vector<float> x(static_cast<std::size_t>(kRows), 0.1F);
  float sum = 0;
  kernels().optimizers.column_squares(x.data(), kRows, 1, {0, 1}, &sum);
  EXPECT_NEAR(sum, 3000.0, 0.01);
}

}  // namespace
}  // namespace trainer::nn::cpu
