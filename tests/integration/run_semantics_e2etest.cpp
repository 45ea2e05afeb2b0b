// What docs/run-semantics.md promises of resuming, branches and edits, by the command line alone
// and against a real server: SDK, spool, relay, server and database together.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "support/system/system.hpp"

namespace {

using nlohmann::json;
using test_support::Result;
using test_support::System;

class RunSemantics : public ::testing::Test {
 protected:
  void SetUp() override { system.start_server(); }

  // Rows without steps, so that the program says where they go.
  Result log(std::vector<std::string> options, int rows, double value) const {
    options.insert(options.begin(), {"log", "--project", "p", "--no-system-metrics"});
    std::string input;
    for (int i = 0; i < rows; ++i) input += json{{"loss", value}}.dump() + "\n";
    return system.run("tracker", options, input);
  }
  std::string logged(const std::vector<std::string>& options, int rows, double value) const {
    const Result result = log(options, rows, value);
    EXPECT_EQ(result.status.code, 0) << result.errors;
    return result.output.substr(0, 36);
  }
  std::map<int, double> history(const std::string& run) const {
    std::map<int, double> out;
    for (const json& row : system.history(run)) out[row.at("step")] = row.at("loss");
    return out;
  }
  json show(const std::string& run) const {
    const Result result = system.run("tracker", {"runs", "show", run, "--json"});
    EXPECT_EQ(result.status.code, 0) << result.errors;
    return json::parse(result.output);
  }

  System system;
};

using History = std::map<int, double>;
constexpr const char* kId = "123e4567-e89b-42d3-a456-426614174000";

TEST_F(RunSemantics, ARunIsResumedWhereItStandsAndOnlyIfItMay) {
  const Result absent = log({"--id", kId, "--resume", "must"}, 1, 9);
  EXPECT_EQ(absent.status.code, 1);
  EXPECT_NE(absent.errors.find("there is no run"), std::string::npos) << absent.errors;
  EXPECT_EQ(logged({"--id", kId, "--resume", "never"}, 2, 1), kId);
  EXPECT_EQ(logged({"--id", kId, "--resume", "must"}, 2, 2), kId);
  EXPECT_EQ(logged({"--id", kId, "--resume", "allow"}, 1, 3), kId);
  const Result there = log({"--id", kId, "--resume", "never"}, 1, 9);
  EXPECT_EQ(there.status.code, 1);
  EXPECT_NE(there.errors.find("is there already"), std::string::npos) << there.errors;
  EXPECT_EQ(history(kId), (History{{0, 1}, {1, 1}, {2, 2}, {3, 2}, {4, 3}}));
  const Result synced = system.run("tracker", {"sync"});
  EXPECT_EQ(synced.status.code, 0) << "what was refused left nothing behind: " << synced.errors;
  EXPECT_EQ(system.runs("p").size(), 1u);
}

TEST_F(RunSemantics, ForksAndRewindsReadAsWhatWasDone) {
  const std::string parent = logged({"--name", "parent"}, 5, 1);
  const std::string child = logged({"--name", "child", "--fork", parent + "@2"}, 2, 2);
  EXPECT_EQ(history(child), (History{{0, 1}, {1, 1}, {2, 1}, {3, 2}, {4, 2}}));
  logged({"--id", parent, "--rewind", "0"}, 1, 3);
  EXPECT_EQ(history(parent), (History{{0, 1}, {1, 3}}));
  EXPECT_EQ(history(child).size(), 5u);
}

TEST_F(RunSemantics, ARunIsChangedAfterTheFact) {
  const std::string run = logged({"--name", "first", "--tags", "a,b", "--config", "lr=0.5"}, 1, 1);
  const Result set =
      system.run("tracker", {"runs", "set", "p/first", "--name", "second", "--notes", "good",
                             "--add-tag", "c", "--rm-tag", "a", "--config", "net={\"layers\":2}",
                             "--config", "seed=7", "--summary", "best=0.9"});
  ASSERT_EQ(set.status.code, 0) << set.errors;
  EXPECT_EQ(set.output, "changed p/second " + run + "\n");
  const json shown = show("p/second");
  EXPECT_EQ(shown.at("tags"), json({"b", "c"}));
  EXPECT_EQ(shown.at("config"), json::parse(R"({"lr":0.5,"net":{"layers":2},"seed":7})"));
  EXPECT_EQ(shown.at("summary").at("best"), 0.9);
  const Result none = system.run("tracker", {"runs", "set", run});
  EXPECT_EQ(none.status.code, 1);
  EXPECT_NE(none.errors.find("say what to change"), std::string::npos);
  EXPECT_EQ(system.run("tracker", {"runs", "set", run, "--tags", ""}).status.code, 0);
  EXPECT_TRUE(show(run).at("tags").empty());
}

TEST_F(RunSemantics, MediaComeBackAsTheFilesTheyWere) {
  std::ofstream(system.directory() / "note.txt") << "worse than before";
  std::ofstream(system.directory() / "plot.svg") << "<svg/>";
  const std::string run =
      logged({"--media", "eval/note=note.txt", "--media", "plot=plot.svg"}, 3, 1);
  const auto ask = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "media");
    arguments.emplace_back("--json");
    const Result result = system.run("tracker", arguments);
    EXPECT_EQ(result.status.code, 0) << result.errors;
    return json::parse(result.output);
  };
  const json listed = ask({"ls", run});
  ASSERT_EQ(listed.size(), 2u) << listed;
  EXPECT_EQ(listed[0].at("key"), "eval/note");
  EXPECT_EQ(listed[0].at("step"), 2);
  EXPECT_EQ(ask({"ls", run, "--key", "plot"}).size(), 1u);
  EXPECT_EQ(ask({"ls", run, "--from", "3"}).size(), 0u);
  const json got = ask({"get", run, "--output", "got"});
  EXPECT_EQ(got.at(0).at("file"), "got/eval_note-2.txt");
  EXPECT_EQ(got.at(1).at("file"), "got/plot-2.svg");
  std::ifstream file(system.directory() / "got/eval_note-2.txt");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "worse than before");
  const Result none = system.run("tracker", {"media", "ls", "p/none"});
  EXPECT_EQ(none.status.code, 1);
  EXPECT_EQ(std::count(none.errors.begin(), none.errors.end(), '\n'), 1) << none.errors;
}

}  // namespace
