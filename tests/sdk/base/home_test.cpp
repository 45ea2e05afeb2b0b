#include "base/home.hpp"

#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace tracker::base {
namespace {

TEST(Home, IsTheVariablesAndWithoutOneTheUserDatabases) {
  const char* before = std::getenv("HOME");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("HOME", "/somewhere", 1);
  EXPECT_EQ(home_directory(), "/somewhere");
  const passwd* user = ::getpwuid(::getuid());
  const std::string own = user == nullptr ? "" : user->pw_dir;
  ::setenv("HOME", "", 1);
  EXPECT_EQ(home_directory(), own);
  ::unsetenv("HOME");
  EXPECT_EQ(home_directory(), own);
  if (before != nullptr) ::setenv("HOME", kept.c_str(), 1);
}

}  // namespace
}  // namespace tracker::base
