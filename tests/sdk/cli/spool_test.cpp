#include <gtest/gtest.h>

#include "sdk/cli/command_line.hpp"
#include "spool/staged.hpp"

namespace {

using cli_test::CommandLine;
using cli_test::lines_of;
using nlohmann::json;
namespace fs = std::filesystem;

// Logs three rows offline, and nothing that depends on how long that takes; the spool's directory.
fs::path log_three(const CommandLine& tracker) {
  const auto logged =
      tracker.run({"log", "--project", "p", "--name", "n", "--offline", "--no-system-metrics"},
                  "{\"a\":1}\n{\"a\":\"NaN\"}\n{\"b\":2}\n");
  EXPECT_EQ(logged.status.code, 0) << logged.errors;
  const fs::path run = tracker.home() / "spools" / "runs" / lines_of(logged.output).at(0);
  return fs::directory_iterator(run)->path();
}

TEST(Spool, inspect_says_what_is_in_it) {
  const CommandLine tracker;
  const fs::path spool = log_three(tracker);
  const auto shown = tracker.run({"spool", "inspect", spool.string()});
  EXPECT_EQ(shown.status.code, 0) << shown.errors;
  for (const char* expected : {"n (p)", "finished", "3 records", "offline", "3 of 2 keys"})
    EXPECT_NE(shown.output.find(expected), std::string::npos) << expected << "\n" << shown.output;

  const auto result = tracker.run({"spool", "inspect", spool.parent_path().string(), "--json"});
  const auto all = json::parse(result.output);
  EXPECT_EQ(all["state"], "finished");
  EXPECT_EQ(all["log"]["kinds"]["row"]["records"], 3);
  EXPECT_EQ(all["log"]["keys"], json({"a", "b"}));
  EXPECT_EQ(all["relay"]["state"], "offline");
  EXPECT_EQ(all["finish"]["state"], "finished");
  EXPECT_TRUE(all["damage"].empty());
}

TEST(Spool, records_are_a_line_each_and_the_whole_is_the_last) {
  const CommandLine tracker;
  const fs::path spool = log_three(tracker);
  const auto lines =
      lines_of(tracker.run({"spool", "inspect", spool.string(), "--records", "--json"}).output);
  ASSERT_GT(lines.size(), 5u);
  EXPECT_EQ(json::parse(lines[0])["kind"], "run start");
  json rows = json::array();
  for (const auto& line : lines) {
    const auto record = json::parse(line);
    if (record.value("kind", "") == "row") rows.push_back(record["values"]);
  }
  EXPECT_EQ(rows, json::parse(R"([{"a":1.0},{"a":"NaN"},{"b":2.0}])"));
  EXPECT_EQ(json::parse(lines.back())["state"], "finished");

  const auto text = tracker.run({"spool", "inspect", spool.string(), "--records"}).output;
  EXPECT_NE(text.find("row"), std::string::npos) << text;
  EXPECT_NE(text.find("step=2"), std::string::npos) << text;
}

TEST(Spool, damage_is_told_and_fails) {
  const CommandLine tracker;
  const fs::path spool = log_three(tracker);
  const fs::path segment = spool / "00000000000000000000.seg";
  std::string bytes = cli_test::read_file(segment);
  bytes[bytes.size() - 4] ^= 1;
  fs::remove(segment);
  std::ofstream(segment, std::ios::binary) << bytes;
  const auto shown = tracker.run({"spool", "inspect", spool.string()});
  EXPECT_EQ(shown.status.code, 1);
  EXPECT_NE(shown.output.find("damage"), std::string::npos) << shown.output;
  EXPECT_NE(shown.output.find("checksum"), std::string::npos) << shown.output;
}

TEST(Spool, artifacts_are_told_with_what_became_of_them) {
  const CommandLine tracker;
  const fs::path spool = log_three(tracker);
  const fs::path waiting = tracker::spool::new_staging_folder(spool);
  tracker::spool::ArtifactRequest request;
  request.name = "bert";
  tracker::spool::submit(waiting, request);
  const fs::path refused = tracker::spool::new_staging_folder(spool);
  fs::create_directories(refused / "files");
  tracker::spool::submit(refused, request);
  tracker::spool::conclude(refused, {"", "another type"});

  const auto shown = tracker.run({"spool", "inspect", spool.string()}).output;
  EXPECT_NE(shown.find("000000 bert: waits"), std::string::npos) << shown;
  EXPECT_NE(shown.find("000001 bert: refused: another type; its files are kept in " +
                       (refused / "files").string()),
            std::string::npos)
      << shown;
  const auto all = json::parse(tracker.run({"spool", "inspect", spool.string(), "--json"}).output);
  ASSERT_EQ(all["artifacts"].size(), 2u);
  EXPECT_TRUE(all["artifacts"][0]["error"].is_null());
  EXPECT_EQ(all["artifacts"][1]["error"], "another type");
  EXPECT_EQ(all["artifacts"][1]["files"], (refused / "files").string());
}

TEST(Spool, ls_lists_all_and_inspect_wants_one) {
  const CommandLine tracker;
  EXPECT_EQ(lines_of(tracker.run({"spool", "ls"}).output).size(), 1u);
  const fs::path first = log_three(tracker);
  log_three(tracker);
  const auto listed = tracker.run({"spool", "ls"});
  EXPECT_EQ(listed.status.code, 0) << listed.errors;
  EXPECT_EQ(lines_of(listed.output).size(), 3u) << listed.output;
  EXPECT_NE(listed.output.find(first.string()), std::string::npos) << listed.output;
  const auto all = json::parse(tracker.run({"spool", "ls", "--json"}).output);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0]["run"]["project"], "p");
  EXPECT_GT(all[0]["waiting_bytes"], 0);

  const auto which = tracker.run({"spool", "inspect", (tracker.home() / "spools").string()});
  EXPECT_EQ(which.status.code, 1);
  EXPECT_NE(which.errors.find("2 spools"), std::string::npos) << which.errors;
  EXPECT_EQ(tracker.run({"spool", "inspect", "/nosuch"}).status.code, 1);
}

}  // namespace
