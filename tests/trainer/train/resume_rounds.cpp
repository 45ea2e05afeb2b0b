// Kills training at random moments, resumes it, and compares what it logged and what it saved with
// a run that nobody killed: every training row and evaluation digit for digit, the model byte for
// byte.
//
//   resume_rounds --trainer build/release/bin/trainer [--rounds 20 --seed 1]
//
// A round draws optimizer, schedule, accumulation and how often checkpoints are written; the run is
// killed (SIGKILL) one to three times, each after some step was reported and a moment more, which
// may be in the middle of a checkpoint. Exits 1 when a round differs.
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "config/whole_file.hpp"
#include "models/export.hpp"
#include "models/loading.hpp"
#include "models/stored_file.hpp"
#include "support/directories.hpp"
#include "train/checkpoint_folders.hpp"
#include "trainer/models/tiny_model.hpp"

namespace trainer {
namespace {

namespace fs = std::filesystem;
constexpr int kSteps = 18;

// A directory with a model and rows that the program trains on.
void make_input(const fs::path& folder) {
  std::string config = test::tiny_bert_config();
  config.replace(config.find("\"vocab_size\": 30"), 16, "\"vocab_size\": 700");
  const models::Classifier model = test::tiny_classifier(folder, nn::Compute::kFloat32, config);
  const fs::path tokenizer = fs::path(TRACKER_SOURCE_DIR) / "tests/golden/tokenizers/bert";
  models::export_model(model, models::read_files({tokenizer / "tokenizer.json"}), folder / "model");
  std::mt19937 generator(3);
  std::ofstream rows(folder / "rows.jsonl");
  for (int i = 0; i < 30; ++i) {
    std::string text = i % 2 == 0 ? "good" : "bad";
    for (std::size_t word = generator() % 20; word > 0; --word)
      text += " " + std::to_string(generator() % 90);
    rows << nlohmann::json{{"text", text}, {"label", i % 2}}.dump() << "\n";
  }
}

struct Case {
  std::vector<std::string> flags;
  std::vector<int> kills;  // after the report of which step; ascending
};

Case draw(std::mt19937& generator) {
  const auto one_of = [&](std::vector<std::string> choices) {
    return choices[generator() % choices.size()];
  };
  Case out;
  const std::string optim = one_of({"adamw_torch", "adafactor", "sgd", "lion_32bit"});
  out.flags = {"--optim",
               optim,
               "--learning-rate",
               optim == "lion_32bit" ? "1e-4" : "3e-3",
               "--gradient-accumulation-steps",
               one_of({"1", "2", "3"}),
               "--save-steps",
               one_of({"1", "2", "5"}),
               "--save-total-limit",
               one_of({"1", "2", "0"}),
               "--seed",
               std::to_string(generator() % 1000)};
  if (optim == "sgd") out.flags.insert(out.flags.end(), {"--optim-args", "momentum=0.9"});
  const std::string schedule = one_of({"linear", "cosine", "greedy", "reduce_lr_on_plateau"});
  out.flags.insert(out.flags.end(), {"--lr-scheduler-type", schedule});
  if (schedule == "greedy" || schedule == "reduce_lr_on_plateau") {
    out.flags.insert(out.flags.end(),
                     {"--lr-scheduler-kwargs", "factor=0.7,patience=0,threshold=0.01,min_lr=1e-5"});
  }
  std::set<int> kills;
  for (std::size_t n = 1 + generator() % 3; kills.size() < n;)
    kills.insert(static_cast<int>(1 + generator() % (kSteps - 1)));
  out.kills.assign(kills.begin(), kills.end());
  return out;
}

// Runs the program. Kills it once it has reported step `kill_at` and `moment` has passed; 0: never.
// Returns whether it ended by itself, with success.
bool run_trainer(const std::string& program, std::vector<std::string> arguments, int kill_at,
                 std::chrono::microseconds moment) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
  arguments.insert(arguments.begin(), program);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    execv(program.c_str(), argv.data());
    _exit(127);
  }
  close(ends[1]);
  std::FILE* lines = fdopen(ends[0], "r");
  std::string said;
  std::array<char, 4096> line{};
  int step = 0;
  while (std::fgets(line.data(), line.size(), lines)) {
    said += line.data();
    if (kill_at == 0 || std::sscanf(line.data(), "step %d/", &step) != 1 || step < kill_at)
      continue;
    const auto until = std::chrono::steady_clock::now() + moment;
    while (std::chrono::steady_clock::now() < until) {
    }
    kill(child, SIGKILL);
    kill_at = 0;
  }
  std::fclose(lines);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return false;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw std::runtime_error("the trainer failed: " + said);
  return true;
}

// Step to what was logged of it, times left out. Throws when two rows of a step differ.
std::map<std::string, std::string> logged(const fs::path& output) {
  std::map<std::string, std::string> rows;
  std::ifstream in(output / "metrics.jsonl");
  for (std::string line; std::getline(in, line);) {
    auto json = nlohmann::ordered_json::parse(line);
    const std::string kind = json.contains("train/loss")  ? "train"
                             : json.contains("eval/loss") ? "eval"
                                                          : "end";
    for (const char* key :
         {"eval/runtime", "eval/samples_per_second", "eval/steps_per_second", "train/train_runtime",
          "train/train_samples_per_second", "train/train_steps_per_second"})
      json.erase(key);
    const std::string key = kind + " " + json["step"].dump();
    const auto [found, added] = rows.emplace(key, json.dump());
    if (!added && found->second != json.dump())
      throw std::runtime_error(key + " was logged as " + found->second + " and as " + json.dump());
  }
  return rows;
}

struct Place {
  std::string trainer;
  fs::path folder;

  std::vector<std::string> arguments(const Case& drawn, const fs::path& output) const {
    std::vector<std::string> out = {"--model",         (folder / "model").string(),
                                    "--dataset",       (folder / "rows.jsonl").string(),
                                    "--eval-dataset",  (folder / "rows.jsonl").string(),
                                    "--output-dir",    output.string(),
                                    "--report-to",     "none",
                                    "--max-steps",     std::to_string(kSteps),
                                    "--batch-size",    "4",
                                    "--logging-steps", "1",
                                    "--eval-strategy", "steps",
                                    "--eval-steps",    "3",
                                    "--save-strategy", "steps"};
    out.insert(out.end(), drawn.flags.begin(), drawn.flags.end());
    return out;
  }
};

// Empty when the killed run came out like the other.
std::string play(const Place& place, const Case& drawn, std::mt19937& generator) {
  const fs::path whole = place.folder / "whole", broken = place.folder / "broken";
  fs::remove_all(whole);
  fs::remove_all(broken);
  run_trainer(place.trainer, place.arguments(drawn, whole), 0, {});
  bool done = false;
  for (std::size_t i = 0; !done; ++i) {
    std::vector<std::string> arguments = place.arguments(drawn, broken);
    if (train::newest_checkpoint(broken))
      arguments.insert(arguments.end(), {"--resume-from-checkpoint", broken.string()});
    const int kill_at = i < drawn.kills.size() ? drawn.kills[i] : 0;
    done = run_trainer(place.trainer, arguments, kill_at,
                       std::chrono::microseconds(generator() % 6000));
  }
  try {
    const auto expected = logged(whole), got = logged(broken);
    for (const auto& [key, row] : expected) {
      const auto found = got.find(key);
      if (found == got.end()) return key + " was not logged";
      if (found->second != row) return key + " is " + found->second + ", not " + row;
    }
  } catch (const std::exception& error) {
    return error.what();
  }
  if (config::read_whole_file(whole / "model.safetensors") !=
      config::read_whole_file(broken / "model.safetensors"))
    return "the models differ";
  return {};
}

}  // namespace
}  // namespace trainer

int main(int argc, char** argv) {
  CLI::App app("Kills and resumes training, and compares it with training that was let be.");
  std::string program;
  int rounds = 20;
  unsigned seed = 1;
  app.add_option("--trainer", program, "the program")->required()->check(CLI::ExistingFile);
  app.add_option("--rounds", rounds, "how many")->capture_default_str();
  app.add_option("--seed", seed, "of the first round")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const tracker::test::TempDirectory folder;
  trainer::make_input(folder.path());
  int wrong = 0;
  for (int round = 0; round < rounds; ++round) {
    std::mt19937 generator(seed + static_cast<unsigned>(round));
    const trainer::Case drawn = trainer::draw(generator);
    const std::string difference =
        trainer::play({.trainer = program, .folder = folder.path()}, drawn, generator);
    fmt::print("{} round {} killed after steps {}: {}{}{}\n", difference.empty() ? "ok  " : "OVER",
               seed + static_cast<unsigned>(round), fmt::join(drawn.kills, ", "),
               fmt::join(drawn.flags, " "), difference.empty() ? "" : "\n     ", difference);
    std::fflush(stdout);
    wrong += difference.empty() ? 0 : 1;
  }
  fmt::print("{} of {} rounds came out like runs that nobody killed\n", rounds - wrong, rounds);
  return wrong == 0 ? 0 : 1;
}
