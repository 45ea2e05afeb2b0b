// What stands on a compile line is the same in every clone, so that a compiler cache knows the
// object again: paths of test programs come by tracker_test_paths() (cmake/tests.cmake).
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

#include "support/directories.hpp"

namespace {

namespace fs = std::filesystem;

TEST(CompileDefinitions, NoTestIsGivenAPathByOne) {
  static const std::regex kCall(R"re(target_compile_definitions\(([^)]*)\))re");
  static const std::regex kText(R"re((\w+)="([^"]*)")re");
  std::size_t calls = 0;
  for (const auto& entry : fs::recursive_directory_iterator(TRACKER_SOURCE_DIR "/tests")) {
    if (entry.path().filename() != "CMakeLists.txt") continue;
    std::ifstream file(entry.path());
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    for (std::sregex_iterator call(content.begin(), content.end(), kCall), end; call != end;
         ++call) {
      ++calls;
      const std::string arguments = (*call)[1];
      for (std::sregex_iterator one(arguments.begin(), arguments.end(), kText); one != end; ++one)
        EXPECT_EQ((*one)[2], "${PROJECT_VERSION}") << entry.path() << ": " << (*one)[1];
    }
  }
  EXPECT_GT(calls, 0u) << "the tree was not found";
}

}  // namespace
