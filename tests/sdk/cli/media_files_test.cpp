#include "cli/media_files.hpp"

#include <gtest/gtest.h>

namespace tracker::cli {
namespace {

TEST(MediaFiles, AreNamedAfterKeyStepAndContentType) {
  MediaFiles files;
  EXPECT_EQ(files.name("eval/samples", 20, "image/png"), "eval_samples-20.png");
  EXPECT_EQ(files.name("eval/samples", 20, "image/png"), "eval_samples-20-2.png");
  EXPECT_EQ(files.name("eval_samples", 20, "image/png"), "eval_samples-20-3.png");
  EXPECT_EQ(files.name("t", -1, "text/plain; charset=utf-8"), "t--1.txt");
  EXPECT_EQ(files.name("what", 0, "application/x-new"), "what-0.bin");
}

TEST(MediaFiles, StayInTheirFolderWhateverTheKey) {
  MediaFiles files;
  EXPECT_EQ(files.name("../../etc/passwd", 0, "text/plain"), "_._.._etc_passwd-0.txt");
  EXPECT_EQ(files.name("/", 0, "text/plain"), "_-0.txt");
  EXPECT_EQ(files.name("", 0, "text/plain"), "-0.txt");
  EXPECT_EQ(files.name(std::string("\0\n\xff", 3), 1, "x"), "___-1.bin");
  EXPECT_LE(files.name(std::string(512, 'k'), 9223372036854775807, "image/svg+xml").size(), 255u);
}

}  // namespace
}  // namespace tracker::cli
