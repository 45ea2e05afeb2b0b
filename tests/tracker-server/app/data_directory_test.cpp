#include "app/data_directory.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include <tracker/error.hpp>

#include "support/temp_directory.hpp"

namespace tracker::app {
namespace {

namespace fs = std::filesystem;

std::string refusal(const fs::path& path, ErrorCode code) {
  try {
    const DataDirectory data(path);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "accepted";
  return "";
}

TEST(DataDirectory, ANewOneIsMadeWithItsVersionAndMayBeOpenedAgain) {
  const test::TempDirectory root;
  const auto path = root / "a" / "b";
  { const DataDirectory data(path); }
  EXPECT_TRUE(fs::exists(path / "VERSION"));
  EXPECT_NO_THROW(DataDirectory{path});
}

TEST(DataDirectory, ASecondServerIsRefusedAndToldTheFirst) {
  const test::TempDirectory root;
  const DataDirectory first(root.path());
  EXPECT_NE(refusal(root.path(), ErrorCode::kAlreadyExists).find(std::to_string(::getpid())),
            std::string::npos);
}

TEST(DataDirectory, AnotherVersionIsRefusedByName) {
  const test::TempDirectory root;
  for (const auto* version : {"2", "0", "one", ""}) {
    std::ofstream(root / "VERSION") << version << "\n";
    EXPECT_NE(refusal(root.path(), ErrorCode::kFailedPrecondition).find("knows version 1"),
              std::string::npos);
  }
}

TEST(DataDirectory, ADirectoryOfSomethingElseIsLeftAlone) {
  const test::TempDirectory root;
  std::ofstream(root / "thesis.tex") << "text";
  EXPECT_NE(refusal(root.path(), ErrorCode::kFailedPrecondition).find("thesis.tex"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(root / "VERSION"));
}

TEST(DataDirectory, APathThatCannotBeADirectoryIsAnError) {
  const test::TempDirectory root;
  std::ofstream(root / "file") << "x";
  EXPECT_NE(refusal(root / "file" / "data", ErrorCode::kUnavailable).find("--data-dir"),
            std::string::npos);
}

TEST(DataDirectory, TheAnnouncementComesAndGoes) {
  const test::TempDirectory root;
  const auto file = root.path() / "server.json";
  std::ofstream(file.string()) << "stale";  // of a server that was killed
  std::ofstream((root / "VERSION").string()) << "1\n";
  DataDirectory data(root.path());
  EXPECT_FALSE(fs::exists(file));
  data.announce("http://127.0.0.1:1", "127.0.0.1:2");
  std::ifstream in(file);
  EXPECT_EQ(nlohmann::json::parse(in),
            nlohmann::json(
                {{"http", "http://127.0.0.1:1"}, {"grpc", "127.0.0.1:2"}, {"pid", ::getpid()}}));
  data.withdraw();
  EXPECT_FALSE(fs::exists(file));
}

}  // namespace
}  // namespace tracker::app
