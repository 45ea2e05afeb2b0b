// From a data set to a model, and from that model to the next, by the commands that a person types:
// trained, kept, found, checked, trained from, traced, shared and taken back.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "support/models_e2etest_paths.hpp"
#include "support/system/system.hpp"

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test_support::Process;
using test_support::Result;
using test_support::System;
using Words = std::vector<std::string>;

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

class Models : public testing::Test {
 protected:
  void SetUp() override {
    const Result made = test_support::run(
        {.command = {MAKE_TINY_MODEL, path("base").string()}, .environment = {}, .directory = {}});
    ASSERT_EQ(made.status.code, 0) << made.errors;
    write_rows("train.jsonl", 32);
    write_rows("test.jsonl", 8);
  }

  fs::path path(const std::string& name) const { return system_.directory() / name; }
  // Texts whose first word tells the label.
  void write_rows(const std::string& name, int count) const {
    std::ofstream file(path(name));
    for (int i = 0; i < count; ++i)
      file << json{{"text", (i % 2 ? "good " : "bad ") + std::to_string(i % 9)}, {"label", i % 2}}
           << '\n';
  }

  test_support::ProcessOptions command(const std::string& program, Words arguments) const {
    auto options = system_.command(program, std::move(arguments));
    options.environment["TRACKER_CACHE_DIR"] = path("cache").string();
    options.environment["TRACKER_API_KEY"] = key_;
    return options;
  }
  Result run(const std::string& program, const Words& arguments,
             const std::string& input = {}) const {
    return test_support::run(command(program, arguments), input, std::chrono::seconds(300));
  }
  std::string output(const std::string& program, const Words& arguments,
                     const std::string& input = {}) const {
    const Result result = run(program, arguments, input);
    EXPECT_EQ(result.status.code, 0)
        << program << ' ' << arguments.front() << ": " << result.errors;
    return result.output;
  }
  json answer(const Words& arguments) const {
    Words all = arguments;
    all.emplace_back("--json");
    const std::string text = output("tracker", all);
    return text.empty() ? json() : json::parse(text);
  }
  Words training(const std::string& name, const std::string& model, const Words& more) const {
    Words all = {
        "--model",      model,         "--project",      "reviews",    "--run-name",      name,
        "--dataset",    "train.jsonl", "--eval-dataset", "test.jsonl", "--output-dir",    name,
        "--batch-size", "4",           "--dtype",        "float32",    "--no-token-cache"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  void train(const std::string& name, const std::string& model, const Words& more) const {
    const Result result = run("trainer", training(name, model, more));
    ASSERT_EQ(result.status.code, 0) << result.errors;
  }
  // A value can be compared by soon after its run's end (docs/query-language.md). Each question is
  // a process of its own, so asking again and again is no busy loop.
  void await_compared(const std::string& key, std::size_t runs) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    const Words asked = {"runs", "ls", "--project", "reviews", "--filter", key + " > 0"};
    while (answer(asked).size() != runs)
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << runs << " runs with " << key;
  }
  // "alias alias" of each version of an artifact, the newest first.
  std::vector<std::set<std::string>> aliases(const std::string& name) const {
    std::vector<std::set<std::string>> all;
    for (const json& version : answer({"artifact", "ls", name}))
      all.push_back(version.at("aliases").get<std::set<std::string>>());
    return all;
  }
  // "VERSION used by RUN" and "VERSION made by RUN", as people see it.
  std::set<std::string> lineage(const std::string& name) const {
    const json found = answer({"artifact", "lineage", name});
    std::map<std::string, std::string> runs;
    for (const json& one : found.at("runs")) runs[one.at("id")] = one.at("name");
    std::set<std::string> edges;
    for (const json& edge : found.at("edges")) {
      edges.insert(edge.at("version").get<std::string>() +
                   (edge.at("kind") == "used" ? " used by " : " made by ") + runs[edge.at("run")]);
    }
    return edges;
  }
  void expect_refused(const Result& result, const std::string& why) const {
    EXPECT_EQ(result.status.code, 1) << result.output;
    EXPECT_NE(result.errors.find(why), std::string::npos) << result.errors;
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
    EXPECT_EQ(result.output, "");
  }
  std::string make_user(const std::string& name) const {
    return answer({"admin", "user", "add", name, "--with-key"}).at("key");
  }

  System system_;
  std::string key_;  // whose commands they are
};

TEST_F(Models, FromDataThroughRunsToModelsAndToSomebodyElse) {
  system_.start_server();
  const std::string ada = make_user("ada"), bob = (key_ = ada, make_user("bob"));
  train("slow", "base", {"--max-steps", "2", "--learning-rate", "1e-7", "--log-model", "end"});
  train("fast", "base", {"--max-steps", "24", "--learning-rate", "5e-3", "--log-model", "end"});

  ASSERT_NO_FATAL_FAILURE(await_compared("summary.eval/loss", 2));
  const json best =
      answer({"runs", "ls", "--project", "reviews", "--sort", "summary.eval/loss", "--limit", "1"});
  ASSERT_EQ(best.at(0).at("name"), "fast");
  EXPECT_EQ(aliases("reviews/model-fast"),
            (std::vector<std::set<std::string>>{{"final_model", "latest"}}));
  output("tracker", {"artifact", "get", "reviews/model-fast", "--output", "got"});
  output("tracker", {"artifact", "verify", "reviews/model-fast", "got"});
  EXPECT_EQ(content(path("got/model.safetensors")), content(path("fast/model.safetensors")));
  EXPECT_EQ(content(path("got/fast.tar.gz")), content(path("fast/fast.tar.gz")));
  for (const auto& entry : fs::directory_iterator(path("got")))
    EXPECT_FALSE(entry.is_directory() || entry.path().filename() == "metrics.jsonl") << entry;
  const json version = answer({"artifact", "ls", "reviews/model-fast"}).at(0);
  EXPECT_EQ(version.at("type"), "model");
  EXPECT_EQ(version.at("metadata").at("base_model"), "base");
  EXPECT_EQ(version.at("metadata").at("dataset"), "train.jsonl");
  EXPECT_EQ(version.at("metadata").at("eval/loss"), best.at(0).at("summary").at("eval/loss"));

  train("next", "tracker://reviews/model-fast",
        {"--max-steps", "8", "--save-strategy", "steps", "--save-steps", "4", "--eval-strategy",
         "steps", "--eval-steps", "4", "--metric-for-best-model", "loss", "--log-model",
         "checkpoint"});
  const auto versions = aliases("reviews/model-next");
  ASSERT_EQ(versions.size(), 3U);
  EXPECT_TRUE(versions[0].contains("final_model") && versions[0].contains("latest"));
  EXPECT_TRUE(versions[1].contains("checkpoint-8"));
  EXPECT_TRUE(versions[2].contains("checkpoint-4"));
  const std::set<std::string> story = lineage("reviews/model-next");
  for (const char* edge :
       {"reviews/train.jsonl:v0 used by fast", "reviews/model-fast:v0 made by fast",
        "reviews/model-fast:v0 used by next", "reviews/train.jsonl:v0 used by next",
        "reviews/test.jsonl:v0 used by next", "reviews/model-next:v2 made by next"})
    EXPECT_TRUE(story.contains(edge)) << edge << " in " << json(story).dump(1);
  EXPECT_NE(output("tracker", {"artifact", "lineage", "reviews/model-next"}).find("made by"),
            std::string::npos);
  const json data = answer({"artifact", "ls", "reviews/train.jsonl:latest"});
  EXPECT_EQ(data.at(0).at("url"), "file://" + path("train.jsonl").string());

  key_ = bob;
  expect_refused(run("tracker", {"artifact", "get", "reviews/model-next", "--output", "none"}),
                 "there is no project");
  key_ = ada;
  answer({"admin", "member", "add", "bob", "--project", "reviews", "--role", "viewer"});
  key_ = bob;
  output("tracker", {"artifact", "get", "reviews/model-next:best", "--output", "bobs"});
  output("tracker", {"artifact", "verify", "reviews/model-next:best", "bobs"});
  const std::string said = output(
      "trainer",
      {"predict", "--model", "tracker://reviews/model-next:best", "--input", "-", "--output", "-"},
      "{\"text\":\"good 3\"}\n");
  EXPECT_NE(said.find("label"), std::string::npos) << said;
  EXPECT_NE(run("tracker", {"artifact", "put", "reviews/model-next", "bobs"}).status.code, 0);
  expect_refused(run("tracker", {"artifact", "alias", "reviews/model-next:v0", "mine"}), "");
  expect_refused(run("tracker", {"artifact", "rm", "reviews/model-next:v0", "--yes"}), "");
  EXPECT_EQ(answer({"artifact", "ls", "reviews/model-next"}).size(), 3U);
  key_ = ada;
  answer({"admin", "member", "rm", "bob", "--project", "reviews"});
  key_ = bob;
  expect_refused(run("tracker", {"artifact", "get", "reviews/model-next", "--output", "none"}),
                 "there is no project");
  expect_refused(run("trainer", {"inspect", "tracker://reviews/model-next"}),
                 "there is no project");
}

TEST_F(Models, WithoutAServerTheyAreKeptAndSyncDelivers) {
  train("lonely", "base",
        {"--max-steps", "4", "--save-strategy", "steps", "--save-steps", "2", "--log-model",
         "checkpoint"});
  const std::string weights = content(path("lonely/model.safetensors"));
  fs::remove_all(path("lonely"));
  fs::remove_all(path("train.jsonl"));
  system_.start_server();
  output("tracker", {"sync"});
  const auto versions = aliases("reviews/model-lonely");
  ASSERT_EQ(versions.size(), 3U);
  EXPECT_TRUE(versions[2].contains("checkpoint-2"));
  output("tracker", {"artifact", "get", "reviews/model-lonely", "--output", "got"});
  EXPECT_TRUE(content(path("got/model.safetensors")) == weights);
  const json data = answer({"artifact", "ls", "reviews/train.jsonl:v0"}).at(0);
  EXPECT_EQ(data.at("checksum").get<std::string>().substr(0, 7), "sha256:") << data;
}

TEST_F(Models, EveryCommandTakesOne) {
  system_.start_server();
  train("first", "base",
        {"--max-steps", "8", "--learning-rate", "5e-3", "--log-model", "end", "--model-name",
         "reviewer"});
  const std::string name = "tracker://reviews/reviewer:v0";
  const std::string described = output("trainer", {"inspect", name, "--json"});
  EXPECT_EQ(json::parse(described).at("model_type"), "bert");
  EXPECT_FALSE(fs::exists(fs::path(json::parse(described).at("directory")) / "first.tar.gz"));
  output("trainer", {"export", "--model", name, "--output", "exported"});
  EXPECT_EQ(content(path("exported/model.safetensors")), content(path("first/model.safetensors")));
  const std::string metrics =
      output("trainer", {"evaluate", "--model", name, "--dataset", "test.jsonl", "--json"});
  EXPECT_TRUE(json::parse(metrics).contains("accuracy")) << metrics;
  EXPECT_NE(output("trainer", {"tokenize", "--model", name, "--input", "-", "--output", "-"},
                   "{\"text\":\"good\"}\n")
                .find("input_ids"),
            std::string::npos);
  // An adapter says which version it is for.
  train("adapter", name, {"--max-steps", "2", "--lora-r", "2", "--log-model", "end"});
  const json adapter = json::parse(content(path("adapter/adapter_config.json")));
  EXPECT_EQ(adapter.at("base_model_name_or_path"), name);
  output("trainer",
         {"export", "--model", "tracker://reviews/model-adapter", "--merge", "--output", "merged"});
  EXPECT_TRUE(fs::exists(path("merged/model.safetensors")));
}

TEST_F(Models, WhatCannotBeHadIsOneLineThatSaysWhy) {
  const auto expect = [this](const std::string& model, const std::string& why) {
    expect_refused(run("trainer", {"inspect", model}), why);
    expect_refused(run("trainer", training("none", model, {})), why);
  };
  expect("tracker://reviews/model", "start tracker-server");
  system_.start_server();
  output("tracker", {"artifact", "put", "reviews/rows", "train.jsonl", "--type", "dataset"});
  expect("tracker://reviews/rows", "of the type dataset, not a model");
  expect("tracker://reviews/nothing", "see `tracker artifact ls reviews`");
  expect("tracker://reviews/rows:v7", "v7");
  expect("tracker://reviews/a b", "a b");
  make_user("ada");
  expect("tracker://reviews/rows", "asks who you are");
}

TEST_F(Models, ATrainerThatIsKilledLeavesItsCheckpointsToTheRelay) {
  system_.start_server();
  Process trainer(command("trainer", training("killed", "base",
                                              {"--max-steps", "1000000", "--save-strategy", "steps",
                                               "--save-steps", "5", "--log-model", "checkpoint"})));
  while (trainer.running()) {
    const Result listed = run("tracker", {"artifact", "ls", "reviews/model-killed", "--json"});
    if (listed.status.code == 0 && json::parse(listed.output).size() > 1) break;
  }
  trainer.kill(SIGKILL);
  trainer.wait();
  const auto versions = aliases("reviews/model-killed");
  ASSERT_GE(versions.size(), 2U);
  EXPECT_TRUE(versions.back().contains("checkpoint-5"));
  output("tracker", {"artifact", "get", "reviews/model-killed:checkpoint-5", "--output", "got"});
  train("resumed", "base", {"--resume-from-checkpoint", "got", "--max-steps", "6"});
}

}  // namespace
