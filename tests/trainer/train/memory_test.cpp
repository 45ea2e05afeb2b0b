#include "train/memory.hpp"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <string>

#include "config/error.hpp"

namespace trainer::train {
namespace {

template <class Work>
std::string told(Work work) {
  try {
    telling_of_memory(work);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kMemory);
    return error.what();
  }
  return "";
}

TEST(Memory, WhatCannotBeHadIsToldWhoeverAskedForIt) {
#ifndef __SANITIZE_ADDRESS__  // which ends a process that asks for so much
  // More than a process has addresses for.
  EXPECT_THAT(told([] { return at::empty({std::int64_t{1} << 48}, at::kFloat); }),
              testing::HasSubstr("lower --max-length"));
#endif
  EXPECT_THAT(told([]() -> int { throw std::bad_alloc(); }),
              testing::HasSubstr("not enough memory"));
}

TEST(Memory, OtherErrorsComeThrough) {
  EXPECT_EQ(telling_of_memory([] { return 3; }), 3);
  EXPECT_THROW(telling_of_memory([]() -> int { throw std::runtime_error("other"); }),
               std::runtime_error);
  EXPECT_THROW(telling_of_memory([] { return at::empty({-1}, at::kFloat); }), c10::Error);
}

}  // namespace
}  // namespace trainer::train
