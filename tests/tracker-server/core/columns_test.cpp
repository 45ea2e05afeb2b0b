#include "core/columns.hpp"

#include <gtest/gtest.h>

#include <tracker/error.hpp>

namespace tracker::core {
namespace {

TEST(Columns, ComeBackOneByOne) {
  std::string bytes;
  put_column(bytes, "first");
  put_column(bytes, "");
  put_column(bytes, std::string(70'000, 'x'));
  bytes += "rest";
  std::string_view left = bytes;
  EXPECT_EQ(take_column(left, "row"), "first");
  EXPECT_EQ(take_column(left, "row"), "");
  EXPECT_EQ(take_column(left, "row").size(), 70'000u);
  EXPECT_EQ(left, "rest");
}

TEST(Columns, AColumnThatIsCutOffIsDamageAndSaysOfWhat) {
  std::string bytes;
  put_column(bytes, "first");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::string_view cut = std::string_view(bytes).substr(0, size);
    try {
      take_column(cut, "stored axis");
      FAIL() << "was taken with " << size << " bytes";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kDataLoss);
      EXPECT_NE(std::string(error.what()).find("stored axis"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace tracker::core
