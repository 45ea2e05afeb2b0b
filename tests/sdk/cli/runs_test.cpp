#include <gtest/gtest.h>

#include "sdk/cli/command_line.hpp"
#include "support/fake_server/fake_runs.hpp"
#include "support/fake_server/fake_server.hpp"

namespace {

using cli_test::CommandLine;
using nlohmann::json;

class Runs : public testing::Test {
 protected:
  Runs() {
    for (int i = 0; i < 5; ++i) {
      auto& run = fake.runs.emplace_back();
      run.set_id("id-" + std::to_string(i));
      run.set_name("run-" + std::to_string(i));
      run.set_project("imdb");
      run.set_state(tracker::v1::FINISHED);
      run.set_config_json("{}");
      run.set_summary_json("{}");
    }
  }

  test_support::FakeRuns fake;
  test_support::FakeServer server{{&fake}};
  CommandLine tracker{server.url()};
};

TEST_F(Runs, ls_json_lists_all_pages_in_the_servers_order) {
  const auto result = tracker.run({"runs", "ls", "--project", "imdb", "--json"});
  ASSERT_EQ(result.status.code, 0) << result.errors;
  const auto runs = json::parse(result.output);
  ASSERT_EQ(runs.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(runs[i].at("id"), "id-" + std::to_string(i));
}

TEST_F(Runs, ls_of_an_unknown_project_fails_with_the_servers_words) {
  const auto result = tracker.run({"runs", "ls", "--project", "nosuch"});
  EXPECT_EQ(result.status.code, 1);
  EXPECT_EQ(result.errors, "tracker: no project 'nosuch'\n");
  EXPECT_EQ(result.output, "");
}

TEST_F(Runs, ls_hands_filter_and_order_on_and_ends_at_its_limit) {
  const auto result = tracker.run({"runs", "ls", "--project", "imdb", "--filter", "lr < 1",
                                   "--sort", "-loss.min,lr", "--limit", "3", "--json"});
  ASSERT_EQ(result.status.code, 0) << result.errors;
  EXPECT_EQ(json::parse(result.output).size(), 3u);
  EXPECT_EQ(fake.listed.filter(), "lr < 1");
  EXPECT_EQ(fake.listed.order_by(), "-loss.min,lr");
  EXPECT_EQ(fake.listed.page_size(), 1u);  // of the second page, after two runs
}

TEST_F(Runs, groups_are_a_table_or_json_and_unknown_fields_are_told) {
  fake.groups.add_by("opt");
  fake.groups.add_metrics("acc");
  fake.groups.add_unknown_fields("opt");
  for (const char* name : {"adam", ""}) {
    auto& group = *fake.groups.add_groups();
    if (*name != '\0')
      group.add_by()->set_text(name);
    else
      group.add_by();
    group.set_runs(2);
    auto& metric = *group.add_metrics();
    metric.set_n(1);
    metric.set_mean(0.5);
    metric.set_min(0.5);
    metric.set_max(0.5);
  }
  const auto table =
      tracker.run({"runs", "ls", "--project", "imdb", "--group-by", "opt", "--metrics", "acc"});
  ASSERT_EQ(table.status.code, 0) << table.errors;
  EXPECT_EQ(table.output,
            "opt    RUNS  acc\nadam   2     0.5 [0.5, 0.5]\nunset  2     0.5 [0.5, 0.5]\n");
  EXPECT_EQ(table.errors, "tracker: no run of the project has `opt`\n");
  EXPECT_EQ(fake.grouped.by(), "opt");
  const auto result =
      tracker.run({"runs", "ls", "--project", "imdb", "--group-by", "opt", "--json"});
  const auto groups = json::parse(result.output);
  EXPECT_EQ(groups[0].at("by").at("opt"), "adam");
  EXPECT_TRUE(groups[1].at("by").at("opt").is_null());
  EXPECT_TRUE(groups[0].at("metrics").at("acc").at("std").is_null());
}

TEST_F(Runs, show_takes_an_id_or_project_and_name) {
  const auto by_name = tracker.run({"runs", "show", "imdb/run-3", "--json"});
  ASSERT_EQ(by_name.status.code, 0) << by_name.errors;
  EXPECT_EQ(json::parse(by_name.output).at("id"), "id-3");
  EXPECT_NE(tracker.run({"runs", "show", "id-2"}).output.find("run-2"), std::string::npos);
}

TEST_F(Runs, closed_output_ends_the_command_without_a_word) {
  const auto result = test_support::run(
      {.command = {"/bin/sh", "-c",
                   "\"$0\" runs ls --project imdb --json --server " + server.url() + " | true",
                   TRACKER},
       .environment = {},
       .directory = {}});
  EXPECT_EQ(result.errors, "");
}

}  // namespace
