#include "capture/environment.hpp"

#include <gtest/gtest.h>
#include <sys/time.h>

#include <chrono>
#include <csignal>
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

TEST(Secrets, ValuesInATextAreMaskedAndTheRestStays) {
  const std::string text =
      "+api_key = \"abc def\"\n-  'password': 'x, y', user\n+TOKEN=abc;next\n+auth: Bearer,\n"
      "+see https://me:pw@host/x\n+tokenizer = 'bert'\n+max_tokens=5\n+key\n+secret =\n last";
  EXPECT_EQ(without_secrets_in(text),
            "+api_key = \"***\"\n-  'password': '***', user\n+TOKEN=***;next\n+auth: ***,\n"
            "+see https://host/x\n+tokenizer = 'bert'\n+max_tokens=5\n+key\n+secret =\n last");
  EXPECT_EQ(without_secrets_in("key=\""), "key=\"***");
  EXPECT_EQ(without_secrets_in(""), "");
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

TEST_F(Git, TheDiffIsWhatDiffersWithoutSecretsAndAtMostSoLong) {
  sh("git init -b main");
  EXPECT_FALSE(read_diff(dir_.path())) << "no commit";
  std::ofstream(dir_ / "a") << "lr = 1\n";
  sh("git add a && git -c user.name=n -c user.email=e commit -m m");
  EXPECT_FALSE(read_diff(dir_.path())) << "nothing differs";
  std::ofstream(dir_ / "a") << "lr = 2\ntoken = 'abc'\n";
  const auto diff = read_diff(dir_.path());
  ASSERT_TRUE(diff);
  EXPECT_NE(diff->find("-lr = 1\n+lr = 2\n+token = '***'\n"), std::string::npos) << *diff;
  std::ofstream(dir_ / "a") << std::string(kMostDiffBytes, '\n');
  const auto cut = read_diff(dir_.path());
  ASSERT_TRUE(cut);
  EXPECT_LE(cut->size(), kMostDiffBytes + 100);
  EXPECT_NE(cut->find("is left out\n"), std::string::npos);
}

TEST_F(Git, OutsideAWorkTreeThereIsNothing) {
  if (read_git(dir_.path().parent_path()))
    GTEST_SKIP() << "the temporary directory is in a work tree";
  EXPECT_FALSE(read_git(dir_.path()));
}

// A program that handles signals and restarts what they interrupt, as many do.
TEST(GitThatHangs, IsGivenUpThoughSignalsKeepComing) {
  const tracker::test::TempDirectory dir;
  std::ofstream(dir / "git") << "#!/bin/sh\nexec sleep 30\n";
  std::filesystem::permissions(dir / "git", std::filesystem::perms::owner_all);
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", (dir.path().string() + ":" + path).c_str(), 1);
  struct sigaction action {};
  action.sa_handler = [](int) {};
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGALRM, &action, nullptr);
  const itimerval often{{0, 10'000}, {0, 10'000}}, never{};
  ::setitimer(ITIMER_REAL, &often, nullptr);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_FALSE(read_git(dir.path()));
  const auto took = std::chrono::steady_clock::now() - began;
  ::setitimer(ITIMER_REAL, &never, nullptr);
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_LT(took, std::chrono::seconds(15));
}

}  // namespace
}  // namespace tracker::capture
