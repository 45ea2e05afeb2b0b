#include "config/whole_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "config/error.hpp"
#include "support/temp_directory.hpp"

namespace trainer::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class WholeFile : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }
  template <typename Call>
  static std::string refusal(ErrorCode code, Call&& call) {
    try {
      call();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code);
      return error.what();
    }
    return "nothing thrown";
  }

  tracker::test::TempDirectory folder_;
};

TEST_F(WholeFile, GivesEveryByte) {
  const std::string bytes("a\0\r\n\xff", 5);
  EXPECT_EQ(read_whole_file(write("a", bytes)), bytes);
  EXPECT_EQ(read_whole_file(write("empty", "")), "");
}

TEST_F(WholeFile, OneOverTheLimitIsRefusedByItsSize) {
  const std::filesystem::path file = write("a", "12345");
  EXPECT_EQ(read_whole_file(file, {.bytes = 5}), "12345");
  EXPECT_THAT(refusal(ErrorCode::kInvalidInput,
                      [&] { read_whole_file(file, {.bytes = 4, .what = "a card"}); }),
              AllOf(HasSubstr("a: 5 bytes"), HasSubstr("a card of at most 4 bytes")));
  // Larger than memory, and taking no place on the disk: to read it would be to fail otherwise.
  std::filesystem::resize_file(file, std::uintmax_t{1} << 42U);
  EXPECT_THAT(refusal(ErrorCode::kInvalidInput, [&] { read_whole_file(file); }),
              HasSubstr("4398046511104 bytes"));
}

TEST_F(WholeFile, WhatIsNotThereAndWhatIsNoFileDiffer) {
  EXPECT_THAT(refusal(ErrorCode::kNotFound, [&] { read_whole_file(folder_ / "none"); }),
              HasSubstr("none: cannot be read"));
  EXPECT_THAT(refusal(ErrorCode::kIo, [&] { read_whole_file(folder_.path()); }),
              HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace trainer::config
