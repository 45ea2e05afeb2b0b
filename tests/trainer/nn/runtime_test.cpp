#include "nn/runtime.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace trainer::nn {
namespace {

constexpr int kWentOn = 7;

// What wait_politely() starts again is this very program, which then only lists its tests.
[[noreturn]] void start_again() {
  std::string name = "a-name-that-is-no-file";
  std::string list = "--gtest_list_tests";
  char* argv[] = {name.data(), list.data(), nullptr};
  wait_politely(argv);
  std::_Exit(kWentOn);
}

TEST(WaitPolitelyDeathTest, StartsTheProgramAgainWithItsArguments) {
  EXPECT_EXIT(
      {
        unsetenv("GOMP_SPINCOUNT");
        unsetenv("OMP_WAIT_POLICY");
        start_again();
      },
      testing::ExitedWithCode(0), "");
}

TEST(WaitPolitelyDeathTest, LeavesAloneWhatTheUserHasSet) {
  for (const char* name : {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"}) {
    EXPECT_EXIT(
        {
          unsetenv("GOMP_SPINCOUNT");
          unsetenv("OMP_WAIT_POLICY");
          setenv(name, "", 1);
          start_again();
        },
        testing::ExitedWithCode(kWentOn), "")
        << name;
  }
}

}  // namespace
}  // namespace trainer::nn
