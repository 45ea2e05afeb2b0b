#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/program.hpp"

// The program `trainer`, called within a test.
namespace trainer::test {

struct Answer {
  int code = 0;
  std::string output;
  std::string error;
};

inline Answer call(const std::vector<std::string>& arguments) {
  std::vector<const char*> argv = {"trainer"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = cli::run(static_cast<int>(argv.size()), argv.data());
  std::string output = testing::internal::GetCapturedStdout();
  return {code, std::move(output), testing::internal::GetCapturedStderr()};
}

}  // namespace trainer::test
