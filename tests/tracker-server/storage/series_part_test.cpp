#include "storage/series_part.hpp"

#include <gtest/gtest.h>

#include <tracker/error.hpp>

namespace tracker::storage {
namespace {

TEST(SeriesPlan, MorePointsThanMemoryIsKeptForAreRefusedAndBucketsAreNot) {
  Key key;
  key.name = "loss";
  SeriesSlice slice;
  slice.key = &key;
  SeriesPlan plan;
  plan.slice = &slice;
  plan.parts.resize(3);
  plan.parts[0].positions = {0, kMostRows - 1};
  plan.parts[1].positions = {5, 6};
  plan.parts[2].positions = {0, kMostRows};
  plan.parts[2].level = 1;
  EXPECT_EQ(kMostRows, 33'554'432) << "as docs/run-semantics.md says";
  EXPECT_NO_THROW(check_rows(plan));
  plan.parts[1].positions = {5, 7};
  try {
    check_rows(plan);
    ADD_FAILURE() << "was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kResourceExhausted);
  }
}

}  // namespace
}  // namespace tracker::storage
