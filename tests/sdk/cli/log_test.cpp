#include <gtest/gtest.h>

#include <cmath>

#include "sdk/cli/command_line.hpp"
#include "support/fake_server/fake_ingest.hpp"
#include "support/fake_server/fake_server.hpp"

namespace {

using cli_test::CommandLine;
using cli_test::lines_of;
using tracker::spool::EndState;

class Log : public testing::Test {
 protected:
  // What arrived of a run that has ended: the program may leave the last of it to its relay.
  test_support::FakeIngest::Seen delivered() const {
    EXPECT_TRUE(ingest.wait_until([](const auto& seen) { return seen.finish().has_value(); }));
    return ingest.seen();
  }

  test_support::FakeIngest ingest;
  test_support::FakeServer server{{&ingest}};
  CommandLine tracker{server.url()};
};

TEST_F(Log, rows_arrive_with_steps_as_given_or_counted_and_the_id_comes_first) {
  const auto result =
      tracker.run({"log", "--project", "p", "--name", "n", "--tags", "a,b", "--group", "g",
                   "--config", "lr=0.5", "model=bert", "--echo"},
                  "{\"loss\":1}\n\n{\"step\":10,\"loss\":\"NaN\"}\n{\"loss\":3,\"ok\":true}");
  ASSERT_EQ(result.status.code, 0) << result.errors;
  const auto lines = lines_of(result.output);
  ASSERT_EQ(lines.size(), 4u) << result.output;
  EXPECT_EQ((std::vector<std::string>(lines.begin() + 1, lines.end())),
            (std::vector<std::string>{"0", "10", "11"}));
  const auto seen = delivered();
  EXPECT_EQ(seen.run_id, lines[0]);
  EXPECT_EQ(seen.project, "p");
  EXPECT_EQ(seen.steps, (std::vector<std::int64_t>{0, 10, 11}));
  EXPECT_TRUE(std::isnan(seen.values.at("loss").at(1)));
  EXPECT_EQ(seen.values.at("ok"), std::vector<double>{1});
  ASSERT_TRUE(seen.finish());
  EXPECT_EQ(seen.finish()->state, EndState::kFinished);
  const auto start = std::get<tracker::spool::RunStart>(seen.records.at(0));
  EXPECT_EQ(start.name, "n");
  EXPECT_EQ(start.group, "g");
  EXPECT_EQ(start.tags, (std::vector<std::string>{"a", "b"}));
  nlohmann::json config;
  for (const auto& record : seen.records) {
    if (const auto* c = std::get_if<tracker::spool::Config>(&record))
      config.merge_patch(nlohmann::json::parse(c->json));
  }
  EXPECT_EQ(config.at("lr"), 0.5);
  EXPECT_EQ(config.at("model"), "bert");
}

TEST_F(Log, bad_line_fails_the_run_and_names_the_line) {
  const auto result =
      tracker.run({"log", "--project", "p"}, "{\"loss\":1}\n{\"loss\":oops}\n{\"loss\":3}\n");
  EXPECT_EQ(result.status.code, 1);
  EXPECT_EQ(result.errors, "tracker: line 2: not JSON\n");
  const auto seen = delivered();
  EXPECT_EQ(seen.steps, std::vector<std::int64_t>{0});
  ASSERT_TRUE(seen.finish());
  EXPECT_EQ(seen.finish()->state, EndState::kFailed);
  EXPECT_EQ(seen.finish()->reason, "line 2: not JSON");
}

TEST_F(Log, nul_in_a_metric_or_a_value_of_the_config_is_replaced) {
  const auto result =
      tracker.run({"log", "--project", "p", "--config", R"(k="a\u0000b")"}, R"({"a\u0000b":1})");
  ASSERT_EQ(result.status.code, 0) << result.errors;
  const auto seen = delivered();
  EXPECT_EQ(seen.values.at("a\xEF\xBF\xBD"
                           "b"),
            std::vector<double>{1});
  for (const auto& record : seen.records) {
    if (const auto* c = std::get_if<tracker::spool::Config>(&record)) {
      EXPECT_EQ(c->json.find("u0000"), std::string::npos) << c->json;
    }
  }
}

TEST_F(Log, values_that_are_not_taken_are_told_and_fail_the_command) {
  const auto result = tracker.run({"log", "--project", "p"},
                                  "{\"" + std::string(513, 'k') + "\":1,\"a\":2}\n{\"a\":3}\n");
  EXPECT_EQ(result.status.code, 1);
  EXPECT_NE(result.errors.find("512 bytes"), std::string::npos) << result.errors;
  EXPECT_NE(result.errors.find("1 rows or values were not written"), std::string::npos);
  EXPECT_EQ(delivered().values.at("a"), (std::vector<double>{2, 3}));
}

TEST_F(Log, project_that_no_server_takes_is_refused_at_once) {
  const auto result = tracker.run({"log", "--project", std::string(201, 'p')}, "{\"a\":1}\n");
  EXPECT_EQ(result.status.code, 1);
  EXPECT_EQ(result.errors, "tracker: a project's name of 201 bytes is too long: it may have 200\n");
  EXPECT_FALSE(std::filesystem::exists(tracker.home() / "spools" / "runs"));
}

TEST_F(Log, interrupted_run_is_stopped) {
  test_support::Process log(tracker.command({"log", "--project", "p", "--echo"}));
  ASSERT_TRUE(log.read_line());
  log.write("{\"loss\":1}\n");
  ASSERT_EQ(log.read_line(), "0");
  log.kill(SIGINT);
  EXPECT_EQ(log.wait().code, 1);
  const auto seen = delivered();
  ASSERT_TRUE(seen.finish());
  EXPECT_EQ(seen.finish()->state, EndState::kStopped);
  EXPECT_EQ(seen.steps.size(), 1u);
}

TEST_F(Log, killed_run_is_delivered_as_crashed_with_its_signal) {
  test_support::Process log(tracker.command({"log", "--project", "p", "--echo"}));
  ASSERT_TRUE(log.read_line());
  for (int step = 0; step < 100; ++step) {
    log.write("{\"loss\":" + std::to_string(step) + "}\n");
    ASSERT_EQ(log.read_line(), std::to_string(step));
  }
  // A relay that is in touch with the server watches its program.
  ASSERT_TRUE(ingest.wait_until([](const auto& seen) { return seen.hellos == 1; }));
  log.kill(SIGKILL);
  log.wait();
  const auto seen = delivered();
  ASSERT_TRUE(seen.finish());
  EXPECT_EQ(seen.steps.size(), 100u);
  EXPECT_EQ(seen.finish()->state, EndState::kCrashed);
  EXPECT_EQ(seen.finish()->signal, SIGKILL);
}

TEST_F(Log, run_goes_on_when_nobody_reads_its_output) {
  const auto result = test_support::run(
      {.command = {"/bin/sh", "-c",
                   "(echo '{\"a\":1}'; echo '{\"a\":2}'; echo '{\"a\":3}') | TRACKER_DIR=" +
                       (tracker.home() / "s").string() +
                       " \"$0\" log --project p --echo --server " + server.url() + " | true",
                   TRACKER},
       .environment = {},
       .directory = {}});
  const auto seen = delivered();
  ASSERT_TRUE(seen.finish());
  EXPECT_EQ(seen.steps.size(), 3u);
  EXPECT_EQ(seen.finish()->state, EndState::kFinished);
}

}  // namespace
