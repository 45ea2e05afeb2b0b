#include "text/truncation.hpp"

#include <gtest/gtest.h>

namespace trainer::text {
namespace {

struct Case {
  PairLengths lengths;
  std::size_t room;
  PairLengths kept;
};

class LongestFirst : public testing::TestWithParam<Case> {};

// Pairs of lengths as `tokenizers` 0.23.3 leaves them.
TEST_P(LongestFirst, KeepsTheShorterWholeElseHalves) {
  const PairLengths kept = longest_first(GetParam().lengths, GetParam().room);
  EXPECT_EQ(kept.first, GetParam().kept.first);
  EXPECT_EQ(kept.second, GetParam().kept.second);
}

INSTANTIATE_TEST_SUITE_P(Cases, LongestFirst,
                         testing::Values(Case{{3, 4}, 7, {3, 4}}, Case{{6, 2}, 4, {2, 2}},
                                         Case{{6, 2}, 6, {4, 2}}, Case{{2, 6}, 6, {2, 4}},
                                         Case{{6, 5}, 5, {3, 2}}, Case{{5, 6}, 5, {2, 3}},
                                         Case{{5, 5}, 5, {2, 3}}, Case{{6, 2}, 1, {1, 0}},
                                         Case{{6, 2}, 0, {0, 0}}));

}  // namespace
}  // namespace trainer::text
