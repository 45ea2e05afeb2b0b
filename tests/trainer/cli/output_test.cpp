#include "cli/output.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "trainer/models/tiny_model.hpp"

namespace trainer::cli {
namespace {

namespace fs = std::filesystem;

TEST(Output, FileIsThereOnlyAfterCommit) {
  const tracker::test::TempDirectory folder;
  const fs::path file = folder.path() / "out";
  {
    Output output(file.string());
    output.write(std::string(1'000'000, 'x'));
    EXPECT_FALSE(fs::exists(file));
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
  Output output(file.string());
  output.write("a");
  output.write("b");
  output.commit();
  EXPECT_EQ(fs::file_size(file), 2U);
}

// As root, renaming a file over /dev/null would take it from everybody.
TEST(Output, PipeStaysAPipe) {
  const tracker::test::TempDirectory folder;
  const fs::path pipe = folder.path() / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const hub::FileDescriptor reader = hub::open_file(pipe, O_RDWR | O_NONBLOCK);
  Output output(pipe.string());
  output.write("ab");
  output.commit();
  EXPECT_TRUE(fs::is_fifo(pipe));
  char got[2] = {};
  EXPECT_EQ(read(reader.get(), got, sizeof got), 2);
}

TEST(Output, LinkStaysALink) {
  const tracker::test::TempDirectory folder;
  test::write_text(folder.path() / "file", "old");
  fs::create_symlink("file", folder.path() / "link");
  Output output((folder.path() / "link").string());
  output.write("new");
  output.commit();
  EXPECT_TRUE(fs::is_symlink(folder.path() / "link"));
  std::ifstream in(folder.path() / "file");
  std::string text;
  in >> text;
  EXPECT_EQ(text, "new");
}

TEST(Output, FolderThatIsNotThereIsAnError) { EXPECT_THROW(Output("/no/such/folder/out"), Error); }

}  // namespace
}  // namespace trainer::cli
