#include "base/atomic_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include <tracker/error.hpp>

#include "support/temp_directory.hpp"

namespace tracker::base {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(AtomicFile, AppearsWholeOrNotAtAll) {
  const test::TempDirectory dir;
  const fs::path file = dir / "file";
  std::ofstream(file) << "old";
  {
    AtomicFile out(file, 0600);
    out.write("new");
  }
  EXPECT_EQ(content(file), "old");
  AtomicFile out(file, 0600);
  out.write("ne");
  out.write("w");
  EXPECT_EQ(content(file), "old");
  out.commit();
  EXPECT_EQ(content(file), "new");
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator()), 1);
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST(AtomicFile, ReplacesWhatWasThereAndLeavesNothingBeside) {
  const test::TempDirectory root;
  const auto file = root / "state";
  write_file_atomically(file, "a longer first text\n", 0644);
  write_file_atomically(file, "second\n", 0600);
  EXPECT_EQ(content(file), "second\n");
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(fs::directory_iterator(root.path()), fs::directory_iterator()), 1);
}

// What a killed writer left may be open to all, and what lies there may be somebody's trap.
TEST(AtomicFile, TheTemporaryFileIsNeverOneThatWasThere) {
  const test::TempDirectory root;
  const auto other = root / "other", file = root / "secret";
  std::ofstream(other) << "untouched";
  const auto temporary = fs::path(file.string() + ".part-" + std::to_string(::getpid()));
  fs::create_symlink(other, temporary);
  write_file_atomically(file, "text", 0600);
  EXPECT_EQ(content(other), "untouched");
  EXPECT_FALSE(fs::is_symlink(file));
  std::ofstream(temporary) << "left";
  ASSERT_EQ(::chmod(temporary.c_str(), 0666), 0);
  write_file_atomically(file, "text", 0600);
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(AtomicFile, AFailureNamesTheFileSaysWhatToDoAndKeepsTheOldContent) {
  const test::TempDirectory root;
  const auto taken = root / "taken";  // a folder cannot be replaced by a file
  fs::create_directories(taken / "inside");
  for (const auto& [file, remedy] : {std::pair{taken, "check that its folder"},
                                     {root / "absent" / "file", "make its folder first"}}) {
    try {
      write_file_atomically(file, "text", 0644);
      ADD_FAILURE() << file << " was written";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUnavailable);
      const std::string text = error.what();
      EXPECT_NE(text.find("cannot write " + file.string() + ": "), std::string::npos) << text;
      EXPECT_NE(text.find(remedy), std::string::npos) << text;
    }
  }
  EXPECT_TRUE(fs::exists(taken / "inside"));
  EXPECT_EQ(std::distance(fs::directory_iterator(root.path()), fs::directory_iterator()), 1);
}

}  // namespace
}  // namespace tracker::base
