// Pages that name a test for each of their rules (docs/run-semantics.md) or attacks
// (docs/security.md): the tests must be there.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "support/directories.hpp"

namespace {

namespace fs = std::filesystem;

const fs::path kRoot = TRACKER_SOURCE_DIR;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::set<std::string> all_matches(const std::string& text, const std::regex& pattern) {
  std::set<std::string> out;
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at)
    out.insert((*at)[1].str() + "." + (*at)[2].str());
  return out;
}

std::set<std::string> all_tests() {
  static const std::regex kTest(R"(TEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\))");
  std::set<std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "tests"))
    if (entry.path().extension() == ".cpp") out.merge(all_matches(text_of(entry.path()), kTest));
  return out;
}

// Of a page with at least `least` of them.
void expect_named_tests(const char* page, std::size_t least) {
  static const std::regex kName("`([A-Z]\\w+)\\.(\\w{10,})`");
  const std::set<std::string> tests = all_tests();
  const std::set<std::string> named = all_matches(text_of(kRoot / "docs" / page), kName);
  ASSERT_GT(named.size(), least) << page << " was not read";
  for (const std::string& name : named) EXPECT_TRUE(tests.contains(name)) << page << ": " << name;
}

TEST(RunSemanticsPage, each_rule_names_tests_that_are_there) {
  expect_named_tests("run-semantics.md", 40);
}

TEST(SecurityPage, each_attack_names_tests_that_are_there) {
  expect_named_tests("security.md", 60);
}

}  // namespace
