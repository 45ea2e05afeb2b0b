// `trainer download` and `trainer cache` as a user starts them.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hub_fixture.hpp"

namespace trainer::hub {
namespace {

using test_support::HubServer;
using test_support::read_file;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

class HubCommandsTest : public HubFixture {
 protected:
  HubCommandsTest()
      : server_({{"models/org/tiny/config.json", "{}"},
                 {"models/org/tiny/model.safetensors", noise(500'000)},
                 {"models/org/tiny/onnx/model.onnx", "onnx"},
                 {"datasets/org/rows/train.csv", "a,b\n"},
                 {"next/config.json", "{ }"}},
                {{"gated", {"org/rows"}},
                 {"refs", {{"next", kNext}}},
                 {"folders", {{kNext, "next"}}}}) {}

  std::map<std::string, std::string> environment() const {
    return {{"HF_ENDPOINT", server_.endpoint()},
            {"HF_HUB_CACHE", cache().string()},
            {"HF_TOKEN", "good"},
            {"no_proxy", "127.0.0.1,localhost"},
            {"TERM", "xterm"},
            {"NO_COLOR", ""}};
  }
  test_support::Result call(std::vector<std::string> words,
                            const std::map<std::string, std::string>& more = {}) const {
    test_support::ProcessOptions options;
    options.command = {kTool};
    options.command.insert(options.command.end(), words.begin(), words.end());
    options.environment = environment();
    for (const auto& [name, value] : more) {
      options.environment[name] = value;
    }
    return test_support::run(options);
  }

  // What a terminal shows of the command's standard error (and its standard input).
  std::string on_terminal(const std::vector<std::string>& words, const std::string& typed,
                          const std::map<std::string, std::string>& more = {}) const {
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    EXPECT_EQ(grantpt(terminal), 0);
    EXPECT_EQ(unlockpt(terminal), 0);
    const int other = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    winsize size{};
    size.ws_col = 100;
    ioctl(other, TIOCSWINSZ, &size);
    const pid_t child = fork();
    if (child == 0) {
      for (const auto& [name, value] : environment()) setenv(name.c_str(), value.c_str(), 1);
      for (const auto& [name, value] : more) setenv(name.c_str(), value.c_str(), 1);
      dup2(other, STDIN_FILENO);
      dup2(other, STDERR_FILENO);
      std::vector<const char*> argv{kTool.c_str()};
      for (const std::string& word : words) argv.push_back(word.c_str());
      argv.push_back(nullptr);
      execv(kTool.c_str(), const_cast<char* const*>(argv.data()));
      _exit(127);
    }
    close(other);
    EXPECT_EQ(write(terminal, typed.data(), typed.size()), static_cast<ssize_t>(typed.size()));
    std::string shown;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = read(terminal, buffer.data(), buffer.size())) > 0;) {
      shown.append(buffer.data(), static_cast<std::size_t>(got));
    }
    close(terminal);
    waitpid(child, nullptr, 0);
    return shown;
  }

  HubServer server_;
};

TEST_F(HubCommandsTest, download_prints_the_folder_and_nothing_else) {
  const auto answer = call({"download", kId});
  EXPECT_EQ(answer.status.code, 0) << answer.errors;
  EXPECT_EQ(std::count(answer.output.begin(), answer.output.end(), '\n'), 1);
  const std::filesystem::path folder = answer.output.substr(0, answer.output.size() - 1);
  EXPECT_EQ(read_file(folder / "onnx" / "model.onnx"), "onnx");
  EXPECT_EQ(read_file(folder / "model.safetensors"), noise(500'000));
  EXPECT_THAT(answer.errors, AllOf(HasSubstr("fetched model.safetensors (500.0 kB)"),
                                   HasSubstr("3 files: 0 were there, 3 fetched (500.0 kB"),
                                   Not(HasSubstr("\r")), Not(HasSubstr("\x1b"))));
  const auto again = call({"download", kId});
  EXPECT_EQ(again.output, answer.output);
  EXPECT_THAT(again.errors, HasSubstr("3 were there, 0 fetched"));
}

TEST_F(HubCommandsTest, progress_can_be_switched_off) {
  const auto answer = call({"download", kId}, {{"HF_HUB_DISABLE_PROGRESS_BARS", "1"}});
  EXPECT_EQ(answer.errors, "");
  EXPECT_EQ(answer.status.code, 0);
}

TEST_F(HubCommandsTest, on_a_terminal_one_line_is_drawn_again) {
  EXPECT_THAT(on_terminal({"download", kId}, ""),
              AllOf(HasSubstr("\r\x1b[K"), HasSubstr("\x1b[36m"), HasSubstr("/3 files"),
                    HasSubstr("/s"), HasSubstr("3 files: 0 were there")));
  EXPECT_THAT(on_terminal({"download", kId, "--local-dir", (cache() / "x").string()}, "",
                          {{"NO_COLOR", "1"}}),
              AllOf(Not(HasSubstr("\x1b[36m")), HasSubstr("3 files:")));
  EXPECT_THAT(on_terminal({"download", kId, "--local-dir", (cache() / "y").string()}, "",
                          {{"HF_HUB_DISABLE_PROGRESS_BARS", "true"}}),
              "");
}

TEST_F(HubCommandsTest, files_and_patterns_choose) {
  auto folder = [](const test_support::Result& answer) {
    return std::filesystem::path(answer.output.substr(0, answer.output.find('\n')));
  };
  const auto one = call({"download", kId, "config.json", "onnx/"});
  EXPECT_TRUE(std::filesystem::exists(folder(one) / "onnx/model.onnx")) << one.errors;
  EXPECT_FALSE(std::filesystem::exists(folder(one) / "model.safetensors"));
  const auto none = call({"download", kId, "config.json", "vocab.txt"});
  EXPECT_EQ(none.status.code, 1);
  EXPECT_EQ(none.output, "");
  EXPECT_THAT(none.errors, HasSubstr("'org/tiny' has no file vocab.txt"));
  const auto globbed =
      call({"download", kId, "--include", "*", "--exclude", "*.json", "--exclude", "onnx/*"});
  EXPECT_TRUE(std::filesystem::exists(folder(globbed) / "model.safetensors")) << globbed.errors;
}

TEST_F(HubCommandsTest, revisions_data_sets_and_folders) {
  const auto next = call({"download", kId, "--revision", "next"});
  EXPECT_THAT(next.output, HasSubstr("snapshots/" + kNext)) << next.errors;
  const auto rows = call({"download", "org/rows", "--repo-type", "dataset"});
  EXPECT_THAT(rows.output, HasSubstr("datasets--org--rows/snapshots/")) << rows.errors;
  const std::string folder = (cache().parent_path() / "here").string();
  EXPECT_EQ(call({"download", kId, "--local-dir", folder}).output, folder + "\n");
  EXPECT_EQ(read_file(folder + "/config.json"), "{}");
}

TEST_F(HubCommandsTest, a_dry_run_only_lists) {
  const auto answer = call({"download", kId, "--dry-run"});
  EXPECT_THAT(answer.output, AllOf(HasSubstr("500.0 kB  fetch    model.safetensors"),
                                   HasSubstr("3 of 3 files would be fetched (500.0 kB)")));
  EXPECT_FALSE(std::filesystem::exists(cache()));
}

TEST_F(HubCommandsTest, what_is_wrong_is_one_line) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"download", "hf://models/a/b"}, "write the id alone"},
      {{"download", "https://huggingface.co/a/b"}, "write the id alone"},
      {{"download", "a/b/c"}, "not a hub id"},
      {{"download", "org/none"}, "no model 'org/none'"},
      {{"download", kId, "--revision", "v9"}, "no revision 'v9'"},
      {{"download", kId, "--revision", "../x"}, "not a revision"},
      {{"download", kId, "config.json", "--include", "*"}, "not both"},
      {{"cache", "rm", "org/none", "--yes"}, "has no repo 'org/none'"}};
  for (const auto& [words, expected] : cases) {
    const auto answer = call(words);
    EXPECT_NE(answer.status.code, 0);
    EXPECT_EQ(answer.output, "");
    EXPECT_THAT(answer.errors, AllOf(HasSubstr(expected), MatchesRegex("[^\n]*\n")));
  }
  const auto offline = call({"download", kId}, {{"HF_HUB_OFFLINE", "1"}});
  EXPECT_THAT(offline.errors, HasSubstr("unset HF_HUB_OFFLINE"));
}

TEST_F(HubCommandsTest, the_cache_is_listed) {
  call({"download", kId});
  call({"download", kId, "--revision", "next"});
  call({"download", "org/rows", "--repo-type", "dataset"});
  const auto table = call({"cache", "ls"});
  EXPECT_THAT(table.output,
              AllOf(HasSubstr("org/tiny  model    eeeeeeeeeeee"), HasSubstr("org/rows  dataset"),
                    HasSubstr("2 repos, 3 revisions, 500.0 kB on disk")));
  const auto json = nlohmann::json::parse(call({"cache", "ls", "--json"}).output);
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(json[1]["id"], kId);
  EXPECT_EQ(json[1]["revisions"].size(), 2U);
  EXPECT_EQ(json[1]["size_on_disk"], 500'009);
  EXPECT_THAT(json[1]["last_used"].get<std::string>(), MatchesRegex("20..-..-..T..:..:..Z"));
  EXPECT_EQ(
      nlohmann::json::parse(call({"cache", "ls", "--json"}, {{"HF_HUB_CACHE", "/no/such"}}).output)
          .size(),
      0U);
}

TEST_F(HubCommandsTest, removal_asks_on_a_terminal_and_refuses_elsewhere) {
  call({"download", kId});
  call({"download", kId, "--revision", "next"});
  const auto refused = call({"cache", "rm", kId});
  EXPECT_EQ(refused.status.code, 2);
  EXPECT_THAT(refused.errors, HasSubstr("add --yes"));
  EXPECT_THAT(call({"cache", "rm", kId + "@next", "--dry-run"}).output,
              HasSubstr("would free 3 B"));
  EXPECT_THAT(on_terminal({"cache", "rm", kId + "@next"}, "n\n"), HasSubstr("nothing was removed"));
  EXPECT_TRUE(std::filesystem::exists(repo_folder() / "snapshots" / kNext));
  EXPECT_THAT(on_terminal({"cache", "rm", kId + "@next"}, "y\n"), HasSubstr("remove them? [y/N]"));
  EXPECT_FALSE(std::filesystem::exists(repo_folder() / "snapshots" / kNext));
  const auto gone = call({"cache", "rm", kId, "--yes"});
  EXPECT_THAT(gone.output, HasSubstr("freed 500.0 kB (3 files)"));
  EXPECT_FALSE(std::filesystem::exists(repo_folder()));
}

}  // namespace
}  // namespace trainer::hub
