#include "capture/environment.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "capture/git.hpp"
#include "support/temp_directory.hpp"

namespace tracker::capture {
namespace {

using Words = std::vector<std::string>;

TEST(Secrets, ValuesOfSecretArgumentsAreMasked) {
  EXPECT_EQ(
      without_secrets(
          {"p", "--api-key", "s3", "--token=s3", "password=s3", "--hub_token", "s3", "-x"}),
      (Words{"p", "--api-key", "***", "--token=***", "password=***", "--hub_token", "***", "-x"}));
}

TEST(Secrets, WhatOnlySoundsAlikeStays) {
  const Words plain = {"token",   "--tokenizer", "bert", "--max-tokens=5",
                       "--token", "--lr",        "1",    "keyboard"};
  EXPECT_EQ(without_secrets(plain), plain);
}

TEST(Secrets, CredentialsInAddressesGo) {
  EXPECT_EQ(without_secrets({"p", "--url", "https://u:p@h/x"})[2], "https://h/x");
  EXPECT_EQ(without_credentials("https://token@host:1/a@b?x=1#f"), "https://host:1/a@b");
  EXPECT_EQ(without_credentials("https://host/x"), "https://host/x");
  EXPECT_EQ(without_credentials("git@host:x.git"), "git@host:x.git");
  EXPECT_EQ(without_credentials("https://u:p@host"), "https://host");
}

TEST(Environment, SaysWhereAndHowTheProcessRuns) {
  const auto json = nlohmann::json::parse(environment_json(GitCapture::kOff));
  for (const char* field : {"host", "os", "user", "program", "arguments", "directory", "pid",
                            "cores", "memory_bytes"}) {
    EXPECT_TRUE(json.contains(field)) << field;
  }
  EXPECT_FALSE(json.contains("git"));
  EXPECT_GT(json["cores"], 0);
}

class Git : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("git --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no git";
  }
  void sh(const std::string& command) {
    const std::string line =
        "cd " + dir_.path().string() + " && HOME=. " + command + " >/dev/null 2>&1";
    ASSERT_EQ(std::system(line.c_str()), 0) << command;
  }
  tracker::test::TempDirectory dir_;
};

TEST_F(Git, CommitBranchRemoteAndChangedFiles) {
  sh("git init -b main");
  sh("git remote add origin https://me:secret@example.org/r.git");
  auto state = read_git(dir_.path());
  ASSERT_TRUE(state);
  EXPECT_EQ(state->commit, "");
  EXPECT_EQ(state->branch, "main");
  EXPECT_EQ(state->remote, "https://example.org/r.git");
  std::ofstream(dir_ / "a") << "1";
  sh("git add a && git -c user.name=n -c user.email=e commit -m m");
  state = read_git(dir_.path());
  ASSERT_TRUE(state);
  EXPECT_EQ(state->commit.size(), 40u);
  EXPECT_EQ(state->changed_files, 0u);
  std::ofstream(dir_ / "a") << "22";
  EXPECT_EQ(read_git(dir_.path())->changed_files, 1u);
}

TEST_F(Git, OutsideAWorkTreeThereIsNothing) {
  if (read_git(dir_.path().parent_path()))
    GTEST_SKIP() << "the temporary directory is in a work tree";
  EXPECT_FALSE(read_git(dir_.path()));
}

}  // namespace
}  // namespace tracker::capture
