// The trainer as a user runs it, with the real MiniLM weights and the bundled reviews, a few steps
// long.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "support/directories.hpp"
#include "support/system/system.hpp"

namespace {

using nlohmann::json;
using test_support::Process;
using test_support::System;

const std::string kMiniLm = std::string(TRACKER_SOURCE_DIR) + "/build/deps/minilm";

std::vector<std::string> training(const System& system, int steps) {
  return {"--model",         kMiniLm,
          "--project",       "imdb",
          "--dataset",       "imdb",
          "--train-samples", "64",
          "--eval-samples",  "16",
          "--max-length",    "64",
          "--max-steps",     std::to_string(steps),
          "--logging-steps", "1",
          "--output-dir",    (system.directory() / "out").string()};
}

std::vector<json> logged_rows(const System& system) {
  std::vector<json> rows;
  std::ifstream file(system.directory() / "out" / "metrics.jsonl");
  for (std::string line; std::getline(file, line);) rows.push_back(json::parse(line));
  return rows;
}

// Every value of metrics.jsonl is in the exported history at its step.
void expect_delivered(const System& system, const std::string& run) {
  std::map<std::int64_t, json> history;
  for (const json& row : system.history(run)) history[row.at("step")] = row;
  const auto rows = logged_rows(system);
  ASSERT_FALSE(rows.empty());
  for (const json& row : rows) {
    const json& got = history[row.at("step")];
    for (const auto& [key, value] : row.items()) {
      if (key == "step" || key == "time") continue;
      ASSERT_TRUE(got.contains(key)) << key << " at step " << row.at("step");
      ASSERT_EQ(got.at(key), value) << key << " at step " << row.at("step");
    }
  }
}

bool has_ended(const json& run) { return run.at("state") != "running"; }

TEST(Training, run_with_its_rows_and_model_stands_in_the_tracker) {
  System system;
  system.start_server();
  const auto result = system.run("trainer", training(system, 6));
  ASSERT_EQ(result.status.code, 0) << result.errors;

  const json run = system.await_run("imdb", has_ended);
  EXPECT_EQ(run.at("state"), "finished");
  EXPECT_TRUE(run.at("config").contains("learning_rate")) << run.dump();
  expect_delivered(system, run.at("id"));
  EXPECT_TRUE(std::filesystem::exists(system.directory() / "out" / "model.safetensors"));
  EXPECT_TRUE(std::filesystem::exists(system.directory() / "out" / "config.json"));
}

TEST(Training, killed_trainer_is_crashed_by_its_signal_with_every_row_delivered) {
  System system;
  system.start_server();
  Process trainer(system.command("trainer", training(system, 100000)));
  std::filesystem::create_directories(system.directory() / "out");
  test_support::wait_for_file(system.directory() / "out" / "metrics.jsonl", trainer);
  system.await_run("imdb",
                   [](const json& run) { return run.at("summary").contains("train/loss"); });
  trainer.kill(SIGKILL);
  trainer.wait();

  const json run = system.await_run("imdb", has_ended);
  EXPECT_EQ(run.at("state"), "crashed");
  expect_delivered(system, run.at("id"));
}

TEST(Training, interrupted_trainer_ends_as_stopped) {
  System system;
  system.start_server();
  Process trainer(system.command("trainer", training(system, 100000)));
  system.await_run("imdb",
                   [](const json& run) { return run.at("summary").contains("train/loss"); });
  trainer.kill(SIGINT);
  EXPECT_NE(trainer.wait().code, 0);

  const json run = system.await_run("imdb", has_ended);
  EXPECT_EQ(run.at("state"), "stopped");
  expect_delivered(system, run.at("id"));
}

TEST(Training, without_a_server_trains_to_the_end_and_sync_delivers) {
  System system;
  const auto result = system.run("trainer", training(system, 3));
  ASSERT_EQ(result.status.code, 0) << result.errors;
  EXPECT_NE(result.errors.find("tracker sync"), std::string::npos) << result.errors;

  system.start_server();
  ASSERT_EQ(system.run("tracker", {"sync"}).status.code, 0);
  const json run = system.only_run("imdb");
  EXPECT_EQ(run.at("state"), "finished");
  expect_delivered(system, run.at("id"));
}

TEST(Training, wrong_input_is_one_line_that_names_it) {
  System system;
  const auto expect_error = [&](std::vector<std::string> arguments, int code,
                                const std::string& word) {
    const auto result = system.run("trainer", std::move(arguments));
    EXPECT_EQ(result.status.code, code) << result.errors;
    EXPECT_NE(result.errors.find(word), std::string::npos) << result.errors;
    EXPECT_LE(std::count(result.errors.begin(), result.errors.end(), '\n'), 2) << result.errors;
  };
  expect_error({"--no-such-flag"}, 2, "--no-such-flag");
  expect_error({"--model", "/nowhere", "--project", "p"}, 1, "/nowhere");
  expect_error({"--model", kMiniLm, "--project", "p", "--dataset", "/nowhere.csv"}, 1,
               "/nowhere.csv");
}

}  // namespace
