#include "core/whole_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

#include <tracker/error.hpp>

#include "support/temp_directory.hpp"

namespace tracker::core {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(WholeFile, ReplacesWhatWasThereAndLeavesNothingBeside) {
  const test::TempDirectory root;
  const auto file = root / "state";
  write_whole_file(file, "a longer first text\n", 0644);
  write_whole_file(file, "second\n", 0600);
  EXPECT_EQ(content(file), "second\n");
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(fs::directory_iterator(root.path()), fs::directory_iterator()), 1);
}

// What a killed writer left may be open to all, and what lies there may be somebody's trap.
TEST(WholeFile, TheTemporaryFileIsNeverOneThatWasThere) {
  const test::TempDirectory root;
  const auto other = root / "other", file = root / "secret";
  std::ofstream(other) << "untouched";
  fs::create_symlink(other, root / "secret.new");
  write_whole_file(file, "text", 0600);
  EXPECT_EQ(content(other), "untouched");
  EXPECT_FALSE(fs::is_symlink(file));
  std::ofstream(root / "secret.new") << "left";
  ASSERT_EQ(::chmod((root / "secret.new").c_str(), 0666), 0);
  write_whole_file(file, "text", 0600);
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(WholeFile, AFailureNamesTheFileSaysWhatToDoAndKeepsTheOldContent) {
  const test::TempDirectory root;
  const auto taken = root / "taken";  // a folder cannot be replaced by a file
  fs::create_directories(taken / "inside");
  for (const auto& file : {taken, root / "absent" / "file"}) {
    try {
      write_whole_file(file, "text", 0644);
      ADD_FAILURE() << file << " was written";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUnavailable);
      const std::string text = error.what();
      EXPECT_NE(text.find("cannot write " + file.string() + ": "), std::string::npos) << text;
      EXPECT_NE(text.find("see that this user may write"), std::string::npos) << text;
    }
  }
  EXPECT_TRUE(fs::exists(taken / "inside"));
  EXPECT_FALSE(fs::exists(root / "taken.new"));
}

}  // namespace
}  // namespace tracker::core
