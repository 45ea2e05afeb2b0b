#include "storage/sqlstate.hpp"

#include <gtest/gtest.h>

namespace tracker::storage {
namespace {

TEST(SqlState, SaysWhetherTheDataTheMomentOrTheDatabaseIsAtFault) {
  EXPECT_EQ(fault_of(""), SqlFault::kConnection);
  EXPECT_EQ(fault_of("08006"), SqlFault::kConnection);
  EXPECT_EQ(fault_of("57P01"), SqlFault::kConnection);
  EXPECT_EQ(fault_of("57014"), SqlFault::kRetry);
  EXPECT_EQ(fault_of("40P01"), SqlFault::kRetry);
  EXPECT_EQ(fault_of("55P03"), SqlFault::kRetry);
  EXPECT_EQ(fault_of("53100"), SqlFault::kResources);
  for (const char* state : {"21000", "22021", "22P05", "23505", "54000"})
    EXPECT_EQ(fault_of(state), SqlFault::kData) << state;
  for (const char* state : {"42P01", "25006", "XX001", "55000"})
    EXPECT_EQ(fault_of(state), SqlFault::kOther) << state;
}

TEST(SqlState, GivesOneErrorCode) {
  EXPECT_EQ(code_of(""), ErrorCode::kUnavailable);
  EXPECT_EQ(code_of("40001"), ErrorCode::kUnavailable);
  EXPECT_EQ(code_of("53300"), ErrorCode::kResourceExhausted);
  EXPECT_EQ(code_of("22021"), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of("42P01"), ErrorCode::kInternal);
}

}  // namespace
}  // namespace tracker::storage
