// Pages that name a test for each of their rules (docs/run-semantics.md) or attacks
// (docs/security.md): the tests must be there.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

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

std::vector<std::string> cells_of(const std::string& row) {
  static const std::string kBetween = " | ";
  std::vector<std::string> cells;
  std::size_t begin = 2;
  for (std::size_t end; (end = row.find(kBetween, begin)) != row.npos;
       begin = end + kBetween.size())
    cells.push_back(row.substr(begin, end - begin));
  cells.push_back(row.substr(begin, row.rfind(" |") - begin));
  return cells;
}

// What the rows of a page's tables say in the column of this name.
std::vector<std::string> column_of(const std::string& text, const std::string& name) {
  std::vector<std::string> out;
  std::istringstream in(text);
  std::size_t at = std::string::npos;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("|")) at = std::string::npos;
    if (!line.starts_with("| ")) continue;
    const auto cells = cells_of(line);
    const auto found = std::find(cells.begin(), cells.end(), name);
    if (found != cells.end())
      at = static_cast<std::size_t>(found - cells.begin());
    else if (at != std::string::npos)
      out.push_back(at < cells.size() ? cells[at] : std::string());
  }
  return out;
}

// Files and folders that stand for tests: those of the dashboard, and what fuzz targets are fed.
bool names_files_that_are_there(const std::string& proof) {
  static const std::regex kFile("`(dashboard/tests/[a-z_/]+\\.test\\.ts)`"),
      kCorpus("`fuzz_corpus\\.(\\w+)`");
  std::smatch found;
  if (std::regex_search(proof, found, kFile)) return fs::exists(kRoot / found[1].str());
  return std::regex_search(proof, found, kCorpus) &&
         fs::exists(kRoot / "tests/fuzz/corpus" / found[1].str());
}

// Each row of a page names tests in the column, "the same" ones as the row above, or says why it
// has none.
void expect_named_tests(const char* page, const char* column, std::size_t least) {
  static const std::regex kName("`([A-Z]\\w+)\\.(\\w+)`");
  const std::set<std::string> tests = all_tests();
  const auto proofs = column_of(text_of(kRoot / "docs" / page), column);
  ASSERT_GT(proofs.size(), least) << page << " was not read";
  for (const std::string& proof : proofs) {
    const std::set<std::string> named = all_matches(proof, kName);
    for (const std::string& name : named) EXPECT_TRUE(tests.contains(name)) << page << ": " << name;
    EXPECT_TRUE(!named.empty() || names_files_that_are_there(proof) ||
                proof.starts_with("the same") || proof.starts_with("(none: "))
        << page << ": " << proof;
  }
}

TEST(RunSemanticsPage, each_rule_names_tests_that_are_there) {
  expect_named_tests("run-semantics.md", "proved by", 50);
}

TEST(SecurityPage, each_attack_names_tests_that_are_there) {
  expect_named_tests("security.md", "test", 40);
}

}  // namespace
