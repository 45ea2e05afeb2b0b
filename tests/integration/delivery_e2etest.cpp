// What a returned log() call has logged is in the server exactly once, whichever process is killed.
// Every value is a function of its step, so the history proves itself.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "support/system/system.hpp"

namespace {

using nlohmann::json;
using test_support::Process;
using test_support::System;

double value_at(int step) { return 1.0 / (step + 3) + step % 7; }

std::string row(int step) {
  return json{{"step", step}, {"train/loss", value_at(step)}, {"train/twice", 2.0 * value_at(step)}}
             .dump() +
         "\n";
}

// Rows 0 … n-1, each once, in order, with the values they must have.
void expect_history(const System& system, const std::string& run, int n) {
  const auto history = system.history(run);
  ASSERT_EQ(history.size(), static_cast<std::size_t>(n));
  for (int step = 0; step < n; ++step) {
    const json& got = history[static_cast<std::size_t>(step)];
    ASSERT_EQ(got.at("step"), step);
    ASSERT_EQ(got.at("train/loss").get<double>(), value_at(step)) << "at step " << step;
    ASSERT_EQ(got.at("train/twice").get<double>(), 2.0 * value_at(step)) << "at step " << step;
  }
}

bool has_ended(const json& run) { return run.at("state") != "running"; }

// Logs through `tracker log --echo`: the echo of a step says that log() has returned.
class Writer {
 public:
  Writer(const System& system, const std::string& project)
      : process_(system.command("tracker", {"log", "--project", project, "--echo"})),
        id_(*process_.read_line()) {}

  void log_until(int end) {
    for (; next_ < end; ++next_) {
      process_.write(row(next_));
      ASSERT_EQ(process_.read_line(), std::to_string(next_));
    }
  }
  test_support::ExitStatus finish() {
    process_.close_stdin();
    return process_.wait();
  }
  Process& process() { return process_; }
  const std::string& id() const { return id_; }

 private:
  Process process_;
  std::string id_;
  int next_ = 0;
};

TEST(Delivery, every_row_arrives_with_config_tags_and_state) {
  System system;
  system.start_server();
  std::string input;
  for (int step = 0; step < 5000; ++step) input += row(step);
  const auto logged = system.run(
      "tracker",
      {"log", "--project", "p", "--name", "first", "--config", "lr=0.5", "--tags", "a,b"}, input);
  ASSERT_EQ(logged.status.code, 0) << logged.errors;

  const json run = system.await_run("p", has_ended);
  EXPECT_EQ(run.at("state"), "finished");
  EXPECT_EQ(run.at("name"), "first");
  EXPECT_EQ(run.at("config").at("lr"), 0.5);
  EXPECT_EQ(run.at("tags"), json({"a", "b"}));
  EXPECT_EQ(run.at("summary").at("train/loss").get<double>(), value_at(4999));
  expect_history(system, run.at("id"), 5000);
  EXPECT_EQ(system.stop_server(), 0);
}

TEST(Delivery, non_finite_values_keep_their_kind) {
  System system;
  system.start_server();
  const auto logged = system.run("tracker", {"log", "--project", "p"},
                                 R"({"step":0,"a":"NaN"})"
                                 "\n"
                                 R"({"step":1,"a":"Infinity"})"
                                 "\n"
                                 R"({"step":2,"a":"-Infinity"})"
                                 "\n");
  ASSERT_EQ(logged.status.code, 0) << logged.errors;
  const json run = system.await_run("p", has_ended);
  const auto history = system.history(run.at("id"));
  ASSERT_EQ(history.size(), 3u);
  EXPECT_EQ(history[0].at("a"), "NaN");
  EXPECT_EQ(history[1].at("a"), "Infinity");
  EXPECT_EQ(history[2].at("a"), "-Infinity");
}

TEST(Delivery, killed_writer_loses_no_returned_row_and_is_marked_crashed) {
  System system;
  system.start_server();
  Writer writer(system, "p");
  writer.log_until(2000);
  writer.process().kill(SIGKILL);
  writer.process().wait();

  const json run = system.await_run("p", has_ended);
  EXPECT_EQ(run.at("state"), "crashed");
  expect_history(system, writer.id(), 2000);
}

TEST(Delivery, killed_server_loses_nothing_and_repeats_nothing) {
  System system;
  system.start_server();
  Writer writer(system, "p");
  writer.log_until(1000);
  system.kill_server();
  writer.log_until(2000);
  system.start_server();
  writer.log_until(3000);
  ASSERT_EQ(writer.finish().code, 0) << writer.process().errors();

  EXPECT_EQ(system.await_run("p", has_ended).at("state"), "finished");
  expect_history(system, writer.id(), 3000);
}

TEST(Delivery, killed_server_and_database_lose_nothing_and_repeat_nothing) {
  System system;
  system.start_server();
  Writer writer(system, "p");
  writer.log_until(1000);
  system.kill_postgres();
  writer.log_until(1500);
  system.kill_server();
  writer.log_until(2000);
  system.start_server();
  writer.log_until(3000);
  ASSERT_EQ(writer.finish().code, 0) << writer.process().errors();

  EXPECT_EQ(system.await_run("p", has_ended).at("state"), "finished");
  expect_history(system, writer.id(), 3000);
}

TEST(Delivery, killed_database_is_restarted_by_the_living_server) {
  System system;
  system.start_server();
  Writer writer(system, "p");
  writer.log_until(1000);
  system.kill_postgres();
  writer.log_until(2000);
  ASSERT_EQ(writer.finish().code, 0) << writer.process().errors();

  EXPECT_EQ(system.await_run("p", has_ended).at("state"), "finished");
  expect_history(system, writer.id(), 2000);
}

TEST(Delivery, without_a_server_the_spool_keeps_everything_for_sync) {
  System system;
  std::string input;
  for (int step = 0; step < 1000; ++step) input += row(step);
  const auto logged = system.run("tracker", {"log", "--project", "p"}, input);
  ASSERT_EQ(logged.status.code, 0) << logged.errors;

  system.start_server();
  const auto synced = system.run("tracker", {"sync"});
  ASSERT_EQ(synced.status.code, 0) << synced.errors;
  const json run = system.only_run("p");
  EXPECT_EQ(run.at("state"), "finished");
  expect_history(system, run.at("id"), 1000);

  ASSERT_EQ(system.run("tracker", {"sync"}).status.code, 0);
  expect_history(system, run.at("id"), 1000);
}

}  // namespace
