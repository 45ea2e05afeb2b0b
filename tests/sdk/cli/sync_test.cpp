#include <gtest/gtest.h>

#include "sdk/cli/command_line.hpp"
#include "spool/staged.hpp"
#include "support/fake_server/fake_ingest.hpp"
#include "support/fake_server/fake_server.hpp"

namespace {

using cli_test::CommandLine;
using cli_test::lines_of;
using tracker::spool::EndState;

TEST(Sync, offline_run_is_delivered_once) {
  test_support::FakeIngest ingest;
  const test_support::FakeServer server({&ingest});
  const CommandLine tracker(server.url());
  ASSERT_EQ(
      tracker.run({"log", "--project", "p", "--name", "n", "--offline"}, "{\"a\":1}\n{\"a\":2}\n")
          .status.code,
      0);
  ASSERT_EQ(ingest.seen().hellos, 0);

  const auto first = tracker.run({"sync"});
  EXPECT_EQ(first.status.code, 0) << first.errors;
  EXPECT_NE(first.output.find("delivered  n (p)\n1 delivered, 0 still running, 0 failed; "),
            std::string::npos)
      << first.output;
  EXPECT_EQ(ingest.seen().steps.size(), 2u);
  EXPECT_EQ(ingest.seen().finish()->state, EndState::kFinished);

  const auto second = tracker.run({"sync"});
  EXPECT_EQ(second.status.code, 0);
  EXPECT_EQ(second.output, "nothing to deliver\n");
  EXPECT_EQ(ingest.seen().hellos, 1);
}

TEST(Sync, all_gives_what_was_delivered_to_a_server_that_has_lost_it) {
  test_support::FakeIngest before, after;
  const test_support::FakeServer first({&before});
  const CommandLine tracker(first.url());
  ASSERT_EQ(tracker.run({"log", "--project", "p"}, "{\"a\":1}\n{\"a\":2}\n").status.code, 0);
  ASSERT_EQ(before.seen().steps.size(), 2u);

  const test_support::FakeServer second({&after});
  const auto again = tracker.run({"sync", "--all", "--server", second.url()});
  EXPECT_EQ(again.status.code, 0) << again.errors;
  EXPECT_EQ(after.seen().steps.size(), 2u);
  EXPECT_EQ(after.seen().finish()->state, EndState::kFinished);

  // One that has everything takes nothing.
  EXPECT_EQ(tracker.run({"sync", "--all", "--server", second.url()}).status.code, 0);
  EXPECT_EQ(after.seen().steps.size(), 2u);
}

TEST(Sync, relay_that_waits_for_a_server_is_woken_or_waited_for) {
  test_support::FakeIngest ingest;
  const auto port = test_support::unused_port();
  const CommandLine tracker("http://127.0.0.1:" + std::to_string(port));
  const auto logged = tracker.run({"log", "--project", "p"}, "{\"a\":1}\n");
  EXPECT_EQ(logged.status.code, 0);
  EXPECT_NE(logged.errors.find("tracker sync"), std::string::npos) << logged.errors;

  const test_support::FakeServer server({&ingest}, port);
  const auto result = tracker.run({"sync"});
  EXPECT_EQ(result.status.code, 0) << result.errors;
  EXPECT_EQ(ingest.seen().steps.size(), 1u);
  EXPECT_TRUE(ingest.seen().finish());
}

TEST(Sync, writer_that_died_without_an_end_is_recorded_as_crashed) {
  test_support::FakeIngest ingest;
  const test_support::FakeServer server({&ingest});
  const CommandLine tracker(server.url());
  test_support::Process log(tracker.command({"log", "--project", "p", "--offline", "--echo"}));
  ASSERT_TRUE(log.read_line());
  log.write("{\"a\":1}\n");
  ASSERT_EQ(log.read_line(), "0");

  const auto live = tracker.run({"sync"});
  EXPECT_EQ(live.status.code, 0) << live.errors;
  EXPECT_NE(live.output.find("0 delivered, 1 still running, 0 failed"), std::string::npos)
      << live.output;
  EXPECT_EQ(ingest.seen().steps.size(), 1u);
  EXPECT_FALSE(ingest.seen().finish());

  log.kill(SIGKILL);
  log.wait();
  EXPECT_EQ(tracker.run({"sync", (tracker.home() / "spools").string()}).status.code, 0);
  EXPECT_EQ(ingest.seen().steps.size(), 1u);
  EXPECT_EQ(ingest.seen().finish()->state, EndState::kCrashed);
}

TEST(Sync, without_a_server_it_says_so_once_and_leaves_the_spools) {
  const CommandLine tracker("http://127.0.0.1:" + std::to_string(test_support::unused_port()));
  ASSERT_EQ(tracker.run({"log", "--project", "p", "--offline"}, "{\"a\":1}\n").status.code, 0);
  ASSERT_EQ(tracker.run({"log", "--project", "p", "--offline"}, "{\"a\":1}\n").status.code, 0);
  const auto result = tracker.run({"sync"});
  EXPECT_EQ(result.status.code, 1);
  EXPECT_EQ(lines_of(result.errors).size(), 1u) << result.errors;
  EXPECT_NE(result.errors.find("2 spools left where they are"), std::string::npos) << result.errors;
}

TEST(Sync, server_that_is_not_there_keeps_no_other_spool_from_its_own) {
  test_support::FakeIngest ingest;
  const test_support::FakeServer server({&ingest});
  const CommandLine tracker;
  const std::string dead = "http://127.0.0.1:" + std::to_string(test_support::unused_port());
  for (const std::string& url : {dead, server.url()}) {
    const auto logged =
        tracker.run({"log", "--project", "p", "--offline", "--name", url}, "{\"a\":1}\n");
    ASSERT_EQ(logged.status.code, 0) << logged.errors;
  }
  for (const auto& file :
       std::filesystem::recursive_directory_iterator(tracker.home() / "spools")) {
    if (file.path().filename() != "run.json") continue;
    auto info = nlohmann::json::parse(cli_test::read_file(file.path()));
    info["server"] = info.at("name");
    std::ofstream(file.path()) << info;
  }
  const auto result = tracker.run({"sync"});
  EXPECT_EQ(result.status.code, 1);
  EXPECT_EQ(lines_of(result.errors).size(), 1u) << result.errors;
  EXPECT_NE(result.errors.find(dead), std::string::npos) << result.errors;
  EXPECT_NE(result.output.find("1 delivered, 0 still running, 1 failed"), std::string::npos)
      << result.output;
  EXPECT_EQ(ingest.seen().steps.size(), 1u);
}

TEST(Sync, log_whose_run_json_was_lost_is_delivered) {
  test_support::FakeIngest ingest;
  const test_support::FakeServer server({&ingest});
  const CommandLine tracker(server.url());
  ASSERT_EQ(tracker.run({"log", "--project", "p", "--offline"}, "{\"a\":1}\n").status.code, 0);
  for (const auto& file :
       std::filesystem::recursive_directory_iterator(tracker.home() / "spools")) {
    if (file.path().filename() == "run.json") std::ofstream(file.path(), std::ios::trunc);
  }
  const auto result = tracker.run({"sync"});
  EXPECT_EQ(result.status.code, 0) << result.errors;
  EXPECT_EQ(ingest.seen().project, "p");
  EXPECT_EQ(ingest.seen().steps.size(), 1u);
}

TEST(Sync, refused_spool_is_reported_with_the_remedy_and_kept) {
  test_support::FakeIngest ingest;
  tracker::v1::Refusal refusal;
  refusal.set_reason(tracker::v1::Refusal::RUN_GONE);
  refusal.set_message("the run was deleted");
  refusal.set_remedy("log it anew");
  ingest.refuse(refusal);
  const test_support::FakeServer server({&ingest});
  const CommandLine tracker(server.url());
  ASSERT_EQ(
      tracker.run({"log", "--project", "p", "--name", "n", "--offline"}, "{\"a\":1}\n").status.code,
      0);
  for (int i = 0; i < 2; ++i) {
    const auto result = tracker.run({"sync"});
    EXPECT_EQ(result.status.code, 1);
    EXPECT_EQ(result.errors, "tracker: n (p): the run was deleted: log it anew\n");
  }
}

TEST(Sync, refused_artifact_is_told_as_long_as_its_files_are_kept) {
  test_support::FakeIngest ingest;
  const test_support::FakeServer server({&ingest});
  const CommandLine tracker(server.url());
  const auto logged = tracker.run({"log", "--project", "p", "--offline"}, "{\"a\":1}\n");
  ASSERT_EQ(logged.status.code, 0) << logged.errors;
  const auto run = tracker.home() / "spools/runs" / lines_of(logged.output).at(0);
  const auto staged =
      tracker::spool::new_staging_folder(std::filesystem::directory_iterator(run)->path());
  std::filesystem::create_directories(staged / "files");
  tracker::spool::submit(staged, {});
  tracker::spool::conclude(staged, {"", "another type"});
  for (int i = 0; i < 2; ++i) {
    const auto result = tracker.run({"sync"});
    EXPECT_EQ(result.status.code, 1);
    EXPECT_NE(result.errors.find("another type; its files are kept in " + staged.string()),
              std::string::npos)
        << result.errors;
  }
  EXPECT_TRUE(ingest.seen().finish()) << "the log is delivered all the same";
  std::filesystem::remove_all(staged);
  EXPECT_EQ(tracker.run({"sync"}).status.code, 0);
}

// Acknowledgements that do not come hold it up; the interrupt ends that, and the next one goes on.
TEST(Sync, interrupt_stops_cleanly_says_what_is_left_and_the_next_goes_on) {
  test_support::FakeIngest ingest;
  ingest.hold_acks();
  const test_support::FakeServer server({&ingest});
  const CommandLine tracker(server.url());
  ASSERT_EQ(
      tracker.run({"log", "--project", "p", "--name", "n", "--offline"}, "{\"a\":1}\n").status.code,
      0);
  test_support::Process sync(tracker.command({"sync", "--jobs", "2"}));
  ASSERT_TRUE(ingest.wait_until([](const auto& seen) { return seen.steps.size() == 1; }));
  sync.kill(SIGINT);
  EXPECT_EQ(sync.wait().code, 1);
  EXPECT_NE(sync.output().find("left  n (p)\n"), std::string::npos) << sync.output();
  EXPECT_NE(sync.output().find("0 delivered, 0 still running, 0 failed, 1 left"), std::string::npos)
      << sync.output();
  ingest.release_acks();
  const auto again = tracker.run({"sync"});
  EXPECT_EQ(again.status.code, 0) << again.errors;
  EXPECT_EQ(ingest.seen().steps.size(), 1u);
}

TEST(Sync, number_of_jobs_is_checked) {
  EXPECT_EQ(CommandLine("http://127.0.0.1:1").run({"sync", "--jobs", "0"}).status.code, 2);
}

TEST(Sync, directory_that_is_not_there_is_an_error) {
  const CommandLine tracker("http://127.0.0.1:1");
  const auto result = tracker.run({"sync", "/nosuch"});
  EXPECT_EQ(result.status.code, 1);
  EXPECT_NE(result.errors.find("/nosuch"), std::string::npos);
}

}  // namespace
