// Arguments, exit codes and addresses of the program `tracker`.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "sdk/cli/command_line.hpp"
#include "support/fake_server/fake_ingest.hpp"
#include "support/fake_server/fake_runs.hpp"
#include "support/fake_server/fake_server.hpp"

namespace {

using cli_test::CommandLine;
using cli_test::lines_of;

void expect_one_line(const test_support::Result& result, int code, const std::string& part) {
  EXPECT_EQ(result.status.code, code) << result.errors;
  EXPECT_EQ(lines_of(result.errors).size(), 1u) << result.errors;
  EXPECT_NE(result.errors.find(part), std::string::npos) << result.errors;
  EXPECT_EQ(result.output, "");
}

TEST(Program, usage_errors_are_one_line_with_a_hint_and_code_2) {
  const CommandLine tracker;
  expect_one_line(tracker.run({}), 2, "tracker --help");
  expect_one_line(tracker.run({"nosuch"}), 2, "nosuch");
  expect_one_line(tracker.run({"runs", "ls", "--project", "p", "--nosuch"}), 2,
                  "unknown option --nosuch (see `tracker runs ls --help`)");
  expect_one_line(tracker.run({"runs", "ls"}), 2, "--project");
  expect_one_line(tracker.run({"runs"}), 2, "tracker runs --help");
  expect_one_line(tracker.run({"export", "r", "--format", "xml"}), 2, "xml");
  expect_one_line(tracker.run({"log", "--project", "p", "--config", "novalue"}), 2, "novalue");
}

TEST(Program, help_and_version_succeed) {
  const CommandLine tracker;
  EXPECT_EQ(tracker.run({"--help"}).status.code, 0);
  EXPECT_EQ(tracker.run({"export", "--help"}).status.code, 0);
  EXPECT_EQ(tracker.run({"--version"}).status.code, 0);
}

TEST(Program, server_that_is_not_there_is_one_line_with_its_address_and_code_1) {
  const std::string url = "http://127.0.0.1:" + std::to_string(test_support::unused_port());
  const CommandLine tracker;
  expect_one_line(tracker.run({"runs", "ls", "--project", "p", "--server", url}), 1, url);
  expect_one_line(tracker.run({"--server", url, "projects", "ls"}), 1, url);
  expect_one_line(CommandLine(url).run({"runs", "show", "r"}), 1, url);
  expect_one_line(tracker.run({"login", "--server", url}), 1, "nothing was stored");
  expect_one_line(tracker.run({"login", "--server", "ftp://x"}), 1, "--server");
  EXPECT_FALSE(std::filesystem::exists(tracker.home() / "config"));
}

TEST(Program, login_is_where_runs_go_too) {
  test_support::FakeIngest ingest;
  const test_support::FakeServer server({&ingest});
  const CommandLine tracker;
  ASSERT_EQ(tracker.run({"login", "--server", server.url()}).status.code, 0);
  ASSERT_EQ(tracker.run({"log", "--project", "p"}, "{\"a\":1}\n").status.code, 0);
  EXPECT_TRUE(ingest.wait_until([](const auto& seen) { return seen.steps.size() == 1; }));
}

TEST(Program, login_file_that_cannot_be_written_is_told_with_the_remedy) {
  test_support::FakeRuns runs;
  const test_support::FakeServer server({&runs});
  const CommandLine tracker;
  std::ofstream(tracker.home() / "config") << "a file";
  expect_one_line(tracker.run({"login", "--server", server.url()}), 1, "XDG_CONFIG_HOME");
}

TEST(Program, login_stores_the_address_for_this_user_only_and_later_commands_use_it) {
  test_support::FakeRuns runs;
  runs.projects.emplace_back().set_name("imdb");
  const test_support::FakeServer server({&runs});
  const CommandLine tracker;
  const auto file = tracker.home() / "config" / "tracker" / "config.json";
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << R"({"theirs":1,"server":"http://old"})";
  ASSERT_EQ(tracker.run({"login", "--server", server.url() + "/"}).status.code, 0);

  const auto stored = nlohmann::json::parse(cli_test::read_file(file));
  EXPECT_EQ(stored, (nlohmann::json{{"theirs", 1}, {"server", server.url()}}));
  struct stat status {};
  ASSERT_EQ(stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const auto listed = tracker.run({"projects", "ls"});
  EXPECT_EQ(listed.status.code, 0) << listed.errors;
  EXPECT_NE(listed.output.find("imdb"), std::string::npos);
}

}  // namespace
