// Writing an artifact's files: whole or not at all, and never outside of the folder.
#include "artifact/destination.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include <tracker/error.hpp>

#include "artifact/chunk_io.hpp"
#include "support/temp_directory.hpp"

namespace tracker::artifact {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

class DestinationTest : public testing::Test {
 protected:
  fs::path folder() const { return directory_ / "a/folder"; }
  static void fill(const Destination& destination, std::size_t number, const std::string& bytes) {
    const auto part = destination.part(number, bytes.size());
    ASSERT_EQ(write_at(part.fd.get(), 0, bytes), 0);
  }
  template <class Work>
  static void expect_in_the_way(Work&& work) {
    try {
      work();
      ADD_FAILURE() << "nothing was in the way";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kFailedPrecondition);
      EXPECT_NE(std::string(error.what()).find("is in the way"), std::string::npos) << error.what();
    }
  }
  test::TempDirectory directory_;
  const Sha256 version_ = sha256("manifest");
};

TEST_F(DestinationTest, AFileHasItsNameOnlyWhenItIsPublished) {
  Destination destination(folder(), version_);
  fill(destination, 7, "content");
  EXPECT_FALSE(fs::exists(folder() / "deep/er/file"));
  EXPECT_FALSE(destination.existing("deep/er/file"));
  destination.publish(7, "deep/er/file");
  EXPECT_EQ(content(folder() / "deep/er/file"), "content");
  EXPECT_TRUE(destination.existing("deep/er/file"));
  destination.finish();
  EXPECT_EQ(std::distance(fs::directory_iterator(folder()), fs::directory_iterator()), 1)
      << "nothing else is left";
}

TEST_F(DestinationTest, APartIsThereAgainForWhoeverGoesOn) {
  {
    Destination killed(folder(), version_);
    EXPECT_FALSE(killed.part(0, 7).resumed);
    fill(killed, 0, "content");
  }
  Destination destination(folder(), version_);
  EXPECT_TRUE(destination.part(0, 7).resumed);
  EXPECT_FALSE(destination.part(1, 7).resumed);
  destination.publish(0, "file");
  EXPECT_EQ(content(folder() / "file"), "content");
  EXPECT_FALSE(Destination(folder(), sha256("another version")).part(1, 7).resumed);
}

TEST_F(DestinationTest, AFileThatWasThereIsReplacedAndOthersStay) {
  fs::create_directories(folder());
  std::ofstream(folder() / "file") << "old";
  std::ofstream(folder() / "other") << "mine";
  Destination destination(folder(), version_);
  fill(destination, 0, "new");
  destination.publish(0, "file");
  destination.finish();
  EXPECT_EQ(content(folder() / "file"), "new");
  EXPECT_EQ(content(folder() / "other"), "mine");
}

TEST_F(DestinationTest, OneProcessAtATimeWritesAVersion) {
  const Destination first(folder(), version_);
  EXPECT_THROW(Destination(folder(), version_), Error);
  EXPECT_NO_THROW(Destination(folder(), sha256("another version")));
}

// What a folder that somebody else prepared might lead to.
TEST_F(DestinationTest, LinksAreNeverFollowed) {
  const fs::path outside = directory_ / "outside";
  fs::create_directories(outside);
  std::ofstream(outside / "file") << "untouched";
  fs::create_directories(folder());
  fs::create_directory_symlink(outside, folder() / "link");
  fs::create_symlink(outside / "file", folder() / "file");
  Destination destination(folder(), version_);
  fill(destination, 0, "new");
  EXPECT_FALSE(destination.existing("link/file"));
  EXPECT_FALSE(destination.existing("file"));
  expect_in_the_way([&] { destination.publish(0, "link/file"); });
  destination.publish(0, "file");
  EXPECT_EQ(content(outside / "file"), "untouched");
  EXPECT_FALSE(fs::is_symlink(folder() / "file"));
  EXPECT_EQ(content(folder() / "file"), "new");
}

TEST_F(DestinationTest, APartThatIsALinkIsNotWrittenThrough) {
  std::ofstream(directory_ / "outside") << "untouched";
  Destination destination(folder(), version_);
  for (const auto& entry : fs::directory_iterator(folder()))
    fs::create_symlink(directory_ / "outside", entry.path() / "0.part");
  EXPECT_THROW(destination.part(0, 9), Error);
  EXPECT_EQ(content(directory_ / "outside"), "untouched");
}

TEST_F(DestinationTest, WhatIsInTheWayIsNamed) {
  fs::create_directories(folder() / "file/inside");
  std::ofstream(folder() / "plain") << "x";
  Destination destination(folder(), version_);
  fill(destination, 0, "new");
  expect_in_the_way([&] { destination.publish(0, "file"); });
  expect_in_the_way([&] { destination.publish(0, "plain/below"); });
}

}  // namespace
}  // namespace tracker::artifact
