#include "base/uuid.hpp"

#include <gtest/gtest.h>

namespace tracker::base {
namespace {

TEST(Uuid, IsOfVersionFourAndNew) {
  const std::string a = make_uuid();
  EXPECT_EQ(a.size(), 36u);
  EXPECT_EQ(a[14], '4');
  EXPECT_NE(a, make_uuid());
}

}  // namespace
}  // namespace tracker::base
