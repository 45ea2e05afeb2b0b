#include "nn/low_rank.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "config/error.hpp"
#include "nn/linear.hpp"
#include "nn/modules.hpp"
#include "trainer/nn/layer_support.hpp"

// Where the additions of one module draw their dropout.
namespace trainer::nn {
namespace {

class LowRankTest : public testing::Test {
 protected:
  LowRankTest() { set_.masters().normal_(); }

  static ParameterSet module_with_addition() {
    const auto spec = [](const char* name, std::vector<std::int64_t> shape) {
      ParameterSpec out;
      out.name = out.stored_name = name;
      out.shape = std::move(shape);
      return out;
    };
    return {{spec("m.weight", {5, 8}), spec("m.a.weight", {3, 8}), spec("m.b.weight", {5, 3})},
            Compute::kFloat32,
            Purpose::kTrain,
            {{.module = "m", .a = "m.a.weight", .b = "m.b.weight", .dropout = 0.5}}};
  }

  ParameterSet set_ = module_with_addition();
  LinearWeights module_ = linear_weights(set_, "m");
  at::Tensor x_ = at::ones({40, 8});
};

TEST_F(LowRankTest, a_module_that_is_applied_again_in_a_pass_drops_anew) {
  Pass pass(Mode::kTrain, {.seed = 7, .step = 1});
  const auto twice = [&](Pass& of) {
    const RunningPass running(of);
    at::Tensor first = linear(x_, module_);
    return std::pair(std::move(first), linear(x_, module_));
  };
  const Pass before = pass;
  const auto [first, second] = twice(pass);
  EXPECT_FALSE(at::equal(first, second));
  Pass again = before;
  const auto [first_again, second_again] = twice(again);
  EXPECT_TRUE(at::equal(first, first_again));
  EXPECT_TRUE(at::equal(second, second_again));
  // A pass that goes on draws further numbers.
  EXPECT_FALSE(at::equal(first, twice(pass).first));
}

TEST_F(LowRankTest, the_numbers_of_other_dropouts_stay_as_they_are) {
  Pass with(Mode::kTrain, {.seed = 7, .step = 1});
  Pass without = with;
  with.low_rank_dropout(0.5);
  EXPECT_EQ(with.dropout(0.1).site, without.dropout(0.1).site);
}

TEST_F(LowRankTest, each_application_adds_the_gradient_of_what_it_dropped) {
  Pass pass(Mode::kTrain, {.seed = 7, .step = 1});
  const at::Tensor x = test::leaf({40, 8});
  const at::Tensor upstream = at::randn({40, 5});
  const auto gradient_of = [&](const at::Tensor& out) {
    set_.grads().zero_();
    torch::autograd::backward({out}, {upstream});
    return set_.grads().clone();
  };
  at::Tensor first, second;
  {
    const RunningPass running(pass);
    first = linear(x, module_);
    second = linear(x, module_);
  }
  const at::Tensor of_second = gradient_of(second);
  const at::Tensor of_first = gradient_of(first);
  EXPECT_FALSE(at::equal(of_first, of_second));
  // The product's own gradient knows nothing of it.
  EXPECT_TRUE(at::equal(of_first.narrow(0, 0, 40), of_second.narrow(0, 0, 40)));
}

TEST_F(LowRankTest, evaluation_drops_nothing_and_dropout_needs_a_pass) {
  Pass pass(Mode::kEvaluate);
  {
    const RunningPass running(pass);
    EXPECT_TRUE(at::equal(linear(x_, module_), linear(x_, module_)));
  }
  EXPECT_THROW(linear(x_, module_), Error);
}

}  // namespace
}  // namespace trainer::nn
