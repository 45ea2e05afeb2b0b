// What the SDK and the relay have to do with each other, and what fork() does.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "sdk/src/run_fixture.hpp"
#include "spool/control.hpp"
#include "support/sanitizers.hpp"

namespace tracker::test {
namespace {

namespace sp = tracker::spool;
namespace fs = std::filesystem;

// Acknowledges a log up to its Finish, as a relay with a server would.
void acknowledge(const fs::path& directory) {
  sp::Control control(directory);
  control.set_relay(sp::RelayState::kOnline, "");
  control.set_run_url("http://server/run");
  sp::Reader reader(directory, sp::Offset{0});
  for (;;) {
    const auto next = reader.next();
    if (const auto* entry = std::get_if<sp::Entry>(&next)) {
      control.set_acked(entry->next);
      if (std::holds_alternative<sp::Finish>(entry->record)) return;
    } else {
      std::this_thread::yield();
    }
  }
}

class DeliveryTest : public RunTest {
 protected:
  void SetUp() override {
    if (kThreadSanitizer) GTEST_SKIP() << "TSan";
  }

  RunSettings online(const std::string& script) {
    RunSettings s = settings();
    s.offline = false;
    s.server = "http://server:1";
    s.relay = relay_script(script);
    return s;
  }
};

// One that was killed while it delivered: the log would wait for `tracker sync`.
TEST_F(DeliveryTest, RelayThatDiedWhileItWasOnlineIsStartedAgainAtTheEnd) {
  const fs::path starts = dir_ / "starts";
  Run run = Run::start(online("echo again >> " + starts.string()));
  while (!fs::exists(starts)) std::this_thread::yield();
  sp::Control(run.directory()).set_relay(sp::RelayState::kOnline, "");
  run.finish(RunState::kFinished, {}, std::chrono::milliseconds(0));
  std::string text;
  while (text != "again\nagain\n") {
    std::ostringstream read;
    read << std::ifstream(starts).rdbuf();
    text = read.str();
    std::this_thread::yield();
  }
}

TEST_F(DeliveryTest, FinishWaitsForTheAcknowledgementOfEverything) {
  Run run = Run::start(online("exit 0"));
  EXPECT_EQ(run.delivery(), Delivery::kStarting);
  const auto lock = sp::RelayLock::try_acquire(run.directory());
  std::jthread relay([&] { acknowledge(run.directory()); });
  for (int i = 0; i < 1000; ++i) run.log({{"x", i * 1.0}});
  EXPECT_TRUE(run.finish());
  EXPECT_TRUE(run.finish());
  EXPECT_EQ(run.delivery(), Delivery::kOnline);
  EXPECT_EQ(run.url(), "http://server/run");
}

TEST_F(DeliveryTest, FinishGivesUpAtItsTimeoutAndWhenRefused) {
  Run slow = Run::start(online("exit 0"));
  EXPECT_FALSE(slow.finish(RunState::kFinished, "", std::chrono::milliseconds(1)));
  Run refused = Run::start(online("exit 0"));
  sp::Control(refused.directory())
      .set_relay(sp::RelayState::kRefused, "the key is unknown: tracker login");
  EXPECT_FALSE(refused.finish(RunState::kFinished, "", std::chrono::hours(1)));
  EXPECT_EQ(refused.delivery(), Delivery::kRefused);
  EXPECT_EQ(refused.delivery_message(), "the key is unknown: tracker login");
}

TEST_F(DeliveryTest, AMissingRelayIsOfflineWithTheRemedyAndFinishDoesNotWait) {
  RunSettings s = settings();
  s.offline = false;
  s.relay = dir_ / "nothing";
  Run run = Run::start(s);
  EXPECT_EQ(run.delivery(), Delivery::kOffline);
  EXPECT_NE(run.delivery_message().find("tracker sync"), std::string::npos);
  EXPECT_FALSE(run.finish(RunState::kFinished, "", std::chrono::hours(1)));
}

TEST_F(DeliveryTest, TheRelayIsStartedDetachedWithItsArguments) {
  const fs::path fifo = dir_ / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  // Parent, session (field 6 of /proc/PID/stat) and what the descriptors are, before any
  // redirection of the script's.
  const RunSettings s = online(
      "all=\"$PPID $(cut -d' ' -f6 /proc/$$/stat) $(readlink /proc/$$/fd/0 /proc/$$/fd/1)\"\n"
      "{ echo \"$@\"; echo $all; } > " +
      fifo.string());
  Run run = Run::start(s);
  std::ifstream in(fifo);
  std::string arguments, input, output;
  long parent = 0, session = 0;
  std::getline(in, arguments);
  in >> parent >> session >> input >> output;
  EXPECT_EQ(arguments, "--spool " + run.directory().string() +
                           " --server http://server:1 --parent " + std::to_string(::getpid()));
  EXPECT_GT(parent, 0);
  EXPECT_NE(parent, ::getpid());
  EXPECT_GT(session, 0);
  EXPECT_NE(session, ::getsid(0));
  EXPECT_EQ(input, "/dev/null");
  EXPECT_EQ(output, "/dev/null");
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "the relay must not be a child of ours";
  EXPECT_EQ(errno, ECHILD);
  run.finish(RunState::kFinished, "", std::chrono::milliseconds(0));
}

TEST_F(DeliveryTest, AForkedChildWritesALogOfItsOwn) {
  if (kSanitized) GTEST_SKIP() << "sanitizer";
  Run run = Run::start(settings());
  run.log({{"x", 1.0}});
  const fs::path parent_log = run.directory();
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    run.log({{"x", 2.0}});
    run.set_notes("from the child");
    const bool own = run.directory() != parent_log && run.dropped_rows() == 0;
    run.finish();
    ::_exit(own ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  run.log({{"x", 3.0}});
  run.finish();
  EXPECT_EQ(read_log(parent_log).all<sp::Row>().size(), 2u);
  const auto writers = sp::list_writers(dir_.path());
  ASSERT_EQ(writers.size(), 2u);
  const Log log = read_log(writers[0] == parent_log ? writers[1] : writers[0]);
  const auto& start = std::get<sp::RunStart>(log.entries.at(0).record);
  EXPECT_EQ(start.run_id, run.id());
  EXPECT_EQ(start.parent_writer_id, parent_log.filename().string());
  ASSERT_EQ(log.all<sp::Row>().size(), 1u);
  EXPECT_EQ(log.all<sp::Row>()[0].values.at(0).value, 2.0);
  EXPECT_EQ(log.all<sp::Notes>().size(), 1u);
}

TEST_F(DeliveryTest, AForkedChildThatLogsNothingLeavesNothing) {
  if (kSanitized) GTEST_SKIP() << "sanitizer";
  Run run = Run::start(settings());
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    { const Run gone = std::move(run); }
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(sp::list_writers(dir_.path()).size(), 1u);
  EXPECT_TRUE(read_log(run.directory()).all<sp::Finish>().empty());
}

TEST_F(DeliveryTest, ForksWhileOtherThreadsLogNeverHang) {
  if (kSanitized) GTEST_SKIP() << "sanitizer";
  Run run = Run::start(settings());
  std::vector<std::jthread> threads;  // which stop when they are destroyed, whatever fails
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t](const std::stop_token& stop) {
      for (int i = 0; !stop.stop_requested(); ++i)
        run.log({{"k" + std::to_string(t) + "/" + std::to_string(i % 100), 1.0}});
    });
  }
  for (int i = 0; i < 20; ++i) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::alarm(60);
      run.log({{"child", 1.0}});
      ::_exit(run.dropped_rows() == 0 ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  }
  threads.clear();
  run.finish();
  EXPECT_EQ(sp::list_writers(dir_.path()).size(), 21u);
}

}  // namespace
}  // namespace tracker::test
