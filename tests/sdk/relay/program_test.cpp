// The program tracker-relay beside a program that is killed.
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "sdk/relay/test_spool.hpp"
#include "spool/control.hpp"
#include "support/fake_server/fake_ingest.hpp"
#include "support/fake_server/fake_server.hpp"
#include "support/process/process.hpp"
#include "support/process/temp_directory.hpp"
#include "support/sdk_relay_program_test_paths.hpp"

namespace {

using test_support::FakeIngest;
using test_support::FakeServer;
using test_support::Process;

class RelayProgram : public testing::Test {
 protected:
  RelayProgram()
      : writer({.command = {DOOMED_WRITER, root.path().string()},
                .environment = {},
                .directory = {}}) {
    directory = writer.read_line().value();
  }

  void log(int count) {
    writer.write(std::to_string(count) + "\n");
    ASSERT_TRUE(writer.read_line());
  }
  test_support::ProcessOptions relay_command(const std::string& url) const {
    return {.command = {TRACKER_RELAY, "--spool", directory.string(), "--server", url, "--parent",
                        std::to_string(writer.pid())},
            .environment = {},
            .directory = {}};
  }

  test_support::TempDirectory root;
  FakeIngest ingest;
  Process writer;
  std::filesystem::path directory;
};

TEST_F(RelayProgram, killed_program_is_delivered_to_its_last_row_as_crashed_with_its_signal) {
  const FakeServer server({&ingest});
  Process relay(relay_command(server.url()));
  log(1000);
  ASSERT_TRUE(ingest.wait_until([](const auto& seen) { return !seen.steps.empty(); }));
  log(5000);
  writer.kill(SIGKILL);
  writer.wait();

  EXPECT_EQ(relay.wait().code, 0) << relay.errors();
  const auto seen = ingest.seen();
  ASSERT_EQ(seen.steps.size(), 6000u);
  for (std::size_t i = 0; i < 6000; ++i)
    ASSERT_EQ(seen.values.at("loss")[i], relay_test::loss_at(seen.steps[i]));
  ASSERT_TRUE(seen.finish());
  EXPECT_EQ(seen.finish()->state, tracker::spool::EndState::kCrashed);
  EXPECT_EQ(seen.finish()->signal, SIGKILL);
  EXPECT_EQ(seen.finish()->reason, "killed by SIGKILL");
}

TEST_F(RelayProgram, death_while_the_server_is_away_is_recorded_for_later) {
  const auto port = test_support::unused_port();
  const auto command = relay_command("http://127.0.0.1:" + std::to_string(port));
  {
    Process relay(command);
    log(100);
    // A relay that has tried once watches its program.
    test_support::wait_for_file(directory / "relay.log", relay);
    const tracker::spool::Control control(directory);
    while (control.relay() != tracker::spool::RelayState::kOffline) std::this_thread::yield();
    writer.kill(SIGKILL);
    writer.wait();
    // The server comes at last; the relay, waiting for its next attempt, finds it.
    const FakeServer server({&ingest}, port);
    EXPECT_EQ(relay.wait().code, 0) << relay.errors();
  }
  EXPECT_EQ(ingest.seen().steps.size(), 100u);
  ASSERT_TRUE(ingest.seen().finish());
  EXPECT_EQ(ingest.seen().finish()->signal, SIGKILL);
}

TEST_F(RelayProgram, terminal_signals_do_not_end_it_and_sigterm_does) {
  const FakeServer server({&ingest});
  Process relay(relay_command(server.url()));
  log(10);
  ASSERT_TRUE(ingest.wait_until([](const auto& seen) { return seen.steps.size() == 10; }));
  EXPECT_EQ(getsid(relay.pid()), relay.pid());
  relay.kill(SIGINT);
  relay.kill(SIGHUP);
  log(10);
  ASSERT_TRUE(ingest.wait_until([](const auto& seen) { return seen.steps.size() == 20; }));
  relay.kill(SIGTERM);
  EXPECT_EQ(relay.wait().code, 1);
  EXPECT_FALSE(ingest.seen().finish());
}

TEST_F(RelayProgram, second_relay_of_a_log_leaves_at_once) {
  const FakeServer server({&ingest});
  Process relay(relay_command(server.url()));
  log(1);
  ASSERT_TRUE(ingest.wait_until([](const auto& seen) { return seen.hellos == 1; }));
  EXPECT_EQ(test_support::run(relay_command(server.url())).status.code, 0);
  EXPECT_EQ(ingest.seen().hellos, 1);
  writer.close_stdin();
  EXPECT_EQ(relay.wait().code, 0);
  EXPECT_EQ(ingest.seen().finish()->state, tracker::spool::EndState::kFinished);
}

TEST(RelayProgramUsage, bad_arguments_are_one_line_and_code_2) {
  const auto result = test_support::run(
      {.command = {TRACKER_RELAY, "--spool", "/tmp"}, .environment = {}, .directory = {}});
  EXPECT_EQ(result.status.code, 2);
  EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
}

}  // namespace
