// A server gets its first user, a project is shared read-only and then more, and all of it is taken
// back: by the command line alone, as a user would.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "support/system/system.hpp"

namespace {

using nlohmann::json;
using test_support::Result;
using test_support::System;

constexpr const char* kProject = "imdb";

class Access : public testing::Test {
 protected:
  Access() { system_.start_server(); }

  // With this key; an empty one is none, so that what `tracker login` stored counts.
  Result as(const std::string& key, const std::vector<std::string>& arguments,
            const std::string& input = {}) {
    auto command = system_.command("tracker", arguments);
    command.environment["TRACKER_API_KEY"] = key;
    return test_support::run(command, input);
  }
  json answer(const std::string& key, std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    const auto result = as(key, arguments);
    EXPECT_EQ(result.status.code, 0) << result.errors;
    return json::parse(result.output);
  }
  std::string make_user(const std::string& admin, const std::string& name) {
    return answer(admin, {"admin", "user", "add", name, "--with-key"}).at("key");
  }
  void expect_refused(const Result& result, const std::string& why) {
    EXPECT_EQ(result.status.code, 1) << result.output;
    EXPECT_NE(result.errors.find(why), std::string::npos) << result.errors;
    EXPECT_EQ(result.output, "");
  }
  Result log(const std::string& key) {
    return as(key, {"log", "--project", kProject}, "{\"loss\":1}\n{\"loss\":0.5}\n");
  }

  System system_;
};

TEST_F(Access, AProjectIsSharedReadOnlyThenMoreAndTakenBack) {
  EXPECT_EQ(log("").status.code, 0);  // nobody is asked yet
  const auto ada = make_user("", "ada");
  expect_refused(as("", {"projects", "ls"}), "asks who you are");
  expect_refused(as("trk_nonsense", {"projects", "ls"}), "not known here");
  EXPECT_EQ(answer(ada, {"runs", "ls", "--project", kProject}).size(), 1u)
      << "what was there stays";

  const auto bob = make_user(ada, "bob");
  expect_refused(as(bob, {"runs", "ls", "--project", kProject}), "there is no project");
  expect_refused(as(bob, {"admin", "user", "ls"}), "server admins");
  const auto members = answer(ada, {"admin", "member", "add", "bob", "--project", kProject});
  EXPECT_EQ(members.at(0).at("role"), "viewer");
  EXPECT_EQ(answer(bob, {"runs", "ls", "--project", kProject}).size(), 1u);

  const auto kept = log(bob);
  EXPECT_NE(kept.errors.find("you may not log"), std::string::npos) << kept.errors;
  EXPECT_EQ(answer(ada, {"runs", "ls", "--project", kProject}).size(), 1u);
  answer(ada, {"admin", "member", "add", "bob", "--project", kProject, "--role", "writer"});
  const auto synced = as(bob, {"sync"});
  EXPECT_EQ(synced.status.code, 0) << synced.output << synced.errors;
  EXPECT_EQ(answer(ada, {"runs", "ls", "--project", kProject}).size(), 2u);

  answer(ada, {"admin", "member", "rm", "bob", "--project", kProject});
  expect_refused(as(bob, {"runs", "ls", "--project", kProject}), "there is no project");
  answer(ada, {"admin", "key", "revoke", bob.substr(4, 8)});
  expect_refused(as(bob, {"projects", "ls"}), "revoked");

  std::set<std::string> actions;
  for (const auto& entry : answer(ada, {"admin", "audit"})) actions.insert(entry.at("action"));
  for (const auto* action :
       {"user.create", "key.create", "project.share", "project.unshare", "key.revoke"})
    EXPECT_TRUE(actions.contains(action)) << action;
  const auto shared = answer(ada, {"admin", "audit", "--action", "project.*", "--project", kProject,
                                   "--actor", "ada", "--since", "1d", "--limit", "1"});
  ASSERT_EQ(shared.size(), 1u);
  EXPECT_EQ(shared.at(0).at("action"), "project.unshare");
  EXPECT_EQ(answer(ada, {"admin", "audit", "--until", "2020-01-01"}).size(), 0u);
}

TEST_F(Access, ALoginIsStoredAndCountsForRunsToo) {
  const auto made = answer("", {"admin", "user", "add", "ada"});
  const std::string password = made.at("password");
  expect_refused(as("", {"login"}), "nothing was stored");
  expect_refused(as("", {"login", "--user", "ada"}, "wrong password\n"), "nothing was stored");
  const auto login = as("", {"login", "--user", "ada"}, password + "\n");
  EXPECT_EQ(login.status.code, 0) << login.errors;
  EXPECT_NE(login.output.find(" as ada"), std::string::npos) << login.output;
  EXPECT_EQ(log("").status.code, 0);
  EXPECT_EQ(answer("", {"runs", "ls", "--project", kProject}).size(), 1u);
  const auto keys = answer("", {"admin", "key", "ls"});
  ASSERT_EQ(keys.size(), 1u);
  EXPECT_EQ(keys[0].at("name").get<std::string>().substr(0, 16), "tracker login on");
  EXPECT_EQ(as("", {"login"}).status.code, 0) << "the stored key is still good";

  const auto narrow = answer("", {"admin", "key", "add", "ci", "--role", "viewer", "--project",
                                  kProject, "--expires", "1d"});
  const auto with_key = as("", {"login", "--key"}, narrow.at("key").get<std::string>() + "\n");
  EXPECT_EQ(with_key.status.code, 0) << with_key.errors;
  expect_refused(as("", {"runs", "rm", kProject + std::string("/x"), "--yes"}), "");
  expect_refused(as("", {"admin", "key", "add", "wider"}), "narrowed");
}

TEST_F(Access, UsageIsOneLine) {
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"admin"},
        {"admin", "user"},
        {"admin", "user", "add"},
        {"admin", "member", "ls"},
        {"admin", "key", "add", "k", "--role", "owner"},
        {"admin", "member", "add", "bob", "--project", "p", "--role", "owner"}}) {
    const auto result = as("", wrong);
    EXPECT_EQ(result.status.code, 2) << wrong.back() << result.output;
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  }
  EXPECT_EQ(as("", {"admin", "--help"}).status.code, 0);
  EXPECT_EQ(as("", {"admin", "user", "add", "--help"}).status.code, 0);
  expect_refused(as("", {"admin", "user", "add", "Not A Name"}), "a-z");
}

}  // namespace
