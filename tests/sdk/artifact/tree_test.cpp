// Which files of a folder are an artifact's, and reading them while somebody writes.
#include "artifact/tree.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include <tracker/error.hpp>

#include "artifact/paths.hpp"
#include "artifact/read_file.hpp"
#include "support/temp_directory.hpp"

namespace tracker::artifact {
namespace {

namespace fs = std::filesystem;

class TreeTest : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& content = "x") {
    fs::create_directories((root() / path).parent_path());
    std::ofstream(root() / path, std::ios::binary) << content;
  }
  fs::path root() const { return directory_ / "root"; }

  std::vector<std::string> paths(OutsideLinks links = OutsideLinks::kRefused) const {
    std::vector<std::string> all;
    for (const auto& file : files_of(root(), links).files) all.push_back(file.path);
    return all;
  }
  void expect_refused(const std::string& part, ErrorCode code = ErrorCode::kInvalidArgument) const {
    try {
      files_of(root(), OutsideLinks::kRefused);
      ADD_FAILURE() << "nothing was refused";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code);
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }
  test::TempDirectory directory_;
};

TEST_F(TreeTest, FilesComeInTheOrderOfTheirPathsBytes) {
  for (const char* path : {"b", "a/z", "a.txt", "a/b/c", "B"}) write(path);
  fs::create_directories(root() / "empty");
  EXPECT_EQ(paths(), (std::vector<std::string>{"B", "a.txt", "a/b/c", "a/z", "b"}));
}

TEST_F(TreeTest, AFileAloneIsUnderItsName) {
  write("model.bin");
  const auto files = files_of(root() / "model.bin", OutsideLinks::kRefused).files;
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].path, "model.bin");
}

TEST_F(TreeTest, WhatIsNotThereOrHasNoFilesIsRefused) {
  expect_refused("there is no file or folder", ErrorCode::kNotFound);
  fs::create_directories(root() / "only/folders");
  expect_refused("has no files");
}

TEST_F(TreeTest, WhatAnInterruptedGetLeftIsNoContent) {
  const std::string left = parts_folder(std::string(64, 'a'));
  write("model.bin");
  write(left + "/0.part");
  write("deeper/" + left + "/lock");
  write(".tracker-get-mine/file");  // not of that form: somebody's own
  const auto tree = files_of(root(), OutsideLinks::kRefused);
  EXPECT_EQ(paths(), (std::vector<std::string>{".tracker-get-mine/file", "model.bin"}));
  EXPECT_EQ(tree.skipped.size(), 2u);
}

// A disk or a network folder that does not answer now is not a folder that is gone.
TEST_F(TreeTest, WhatCannotBeReadIsNotWhatIsNotThere) {
  fs::create_directory_symlink(directory_ / "circle", directory_ / "circle");
  fs::create_directory_symlink(directory_ / "circle/root", root());
  expect_refused("cannot read", ErrorCode::kUnavailable);
}

TEST_F(TreeTest, WhatMayNotBeReadSaysSo) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  write("locked/a");
  fs::rename(root() / "locked", directory_ / "locked");
  fs::create_directory_symlink(directory_ / "locked/a", root() / "link");
  fs::permissions(directory_ / "locked", fs::perms::none);
  try {
    files_of(root() / "link", OutsideLinks::kRefused);
    ADD_FAILURE() << "it was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kPermissionDenied) << error.what();
  }
  fs::permissions(directory_ / "locked", fs::perms::owner_all);
}

TEST_F(TreeTest, ALinkInsideIsItsFileAndOneOutsideIsRefusedUnlessFollowed) {
  write("a");
  std::ofstream(directory_ / "secret") << "secret";
  fs::create_symlink("a", root() / "inside");
  EXPECT_EQ(paths(), (std::vector<std::string>{"a", "inside"}));
  fs::create_symlink(directory_ / "secret", root() / "outside");
  expect_refused("--follow-links");
  EXPECT_EQ(paths(OutsideLinks::kFollowed), (std::vector<std::string>{"a", "inside", "outside"}));
}

TEST_F(TreeTest, LinksToFoldersAndToNothingAreRefused) {
  write("a/b");
  fs::create_symlink("a", root() / "link");
  expect_refused("link to a folder");
  fs::remove(root() / "link");
  fs::create_symlink("nowhere", root() / "broken");
  expect_refused("leads to no file");
}

TEST_F(TreeTest, NamesThatAnArtifactCannotHoldAreRefused) {
  write("a\nb");
  expect_refused("control character");
}

TEST_F(TreeTest, PipesAreSkippedAndTold) {
  write("a");
  ASSERT_EQ(::mkfifo((root() / "pipe").c_str(), 0600), 0);
  const auto tree = files_of(root(), OutsideLinks::kRefused);
  EXPECT_EQ(tree.files.size(), 1u);
  EXPECT_EQ(tree.skipped, (std::vector<fs::path>{root() / "pipe"}));
}

class ReadFileTest : public TreeTest {
 protected:
  const FastCdc cutter_{{1024, 4096, 16384}};
  FileChunks reader_{cutter_};
};

TEST_F(ReadFileTest, GivesSizeDigestAndChunks) {
  const std::string content(50'000, 'x');
  write("file", content);
  std::string all;
  const auto got =
      read_file(root() / "file", reader_, [&](const auto& chunk, std::string_view bytes) {
        EXPECT_EQ(chunk.sha256, sha256(bytes));
        all += bytes;
      });
  EXPECT_EQ(all, content);
  EXPECT_EQ(got.size, content.size());
  EXPECT_EQ(got.sha256, sha256(content));
  EXPECT_EQ(got.chunks.size(), 4u);
}

TEST_F(ReadFileTest, AnEmptyFileHasNoChunksAndTheDigestOfNothing) {
  write("file", "");
  const auto got = read_file(root() / "file", reader_, [](const auto&, auto) { FAIL(); });
  EXPECT_TRUE(got.chunks.empty());
  EXPECT_EQ(got.sha256, sha256(""));
}

TEST_F(ReadFileTest, TheOnlyChunkHasTheFilesDigest) {
  write("file", "short");
  const auto got = read_file(root() / "file", reader_, [](const auto&, auto) {});
  ASSERT_EQ(got.chunks.size(), 1u);
  EXPECT_EQ(got.sha256, sha256("short"));
}

// Writes to the file while its first chunk is being taken.
void expect_changed(const fs::path& file, FileChunks& reader, const std::function<void()>& change) {
  bool first = true;
  try {
    read_file(file, reader, [&](const auto&, auto) {
      if (std::exchange(first, false)) change();
    });
    ADD_FAILURE() << "the change was not noticed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kFailedPrecondition);
    EXPECT_NE(std::string(error.what()).find("changed while it was read"), std::string::npos);
  }
}

TEST_F(ReadFileTest, AFileThatChangesMeanwhileIsAnError) {
  const fs::path file = root() / "file";
  const std::string content(200'000, 'x');
  write("file", content);
  expect_changed(file, reader_, [&] { std::ofstream(file, std::ios::app) << "more"; });
  write("file", content);
  expect_changed(file, reader_, [&] { fs::resize_file(file, 100); });
  write("file", content);
  expect_changed(file, reader_, [&] {
    std::ofstream(root() / "other") << content;
    fs::rename(root() / "other", file);
  });
  write("file", content);
  expect_changed(file, reader_, [&] {  // same size, and the time of its content set back
    const auto before = fs::last_write_time(file);
    std::fstream(file, std::ios::in | std::ios::out) << "y";
    fs::last_write_time(file, before);
  });
}

}  // namespace
}  // namespace tracker::artifact
