#include "kill_rounds.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <map>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "support/hub/hub_server.hpp"

namespace trainer::hub {
namespace {

namespace fs = std::filesystem;
using test_support::HubServer;
using test_support::Process;
using Files = std::map<std::string, std::string>;

constexpr std::chrono::microseconds kLongest{700'000};  // a whole download takes some 0.8 s

std::string noise_of(std::size_t size, std::uint32_t state) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<char>(state >> 24U);
  }
  return bytes;
}

Files model_files() {
  return {{"config.json", "{}"},
          {"vocab.txt", noise_of(50'000, 1)},
          {"model-00001-of-00002.safetensors", noise_of(3'000'000, 2)},
          {"model-00002-of-00002.safetensors", noise_of(2'000'000, 3)},
          {"onnx/model.bin", noise_of(700'000, 4)}};
}

class Round {
 public:
  Round(const KillRounds& options, const HubServer& server, std::uint64_t seed)
      : options_(options), server_(server), random_(seed) {}

  // Empty when all went well.
  std::string run(const Files& files, KillReport& report) {
    const auto lives = std::uniform_int_distribution<int>(1, 4)(random_);
    for (int life = 0; life < lives; ++life) {
      live(report);
    }
    auto last = start({"download", "org/tiny"});
    const auto status = last->wait();
    if (status.code != 0) {
      return fmt::format("the last download ended with {} (signal {}): {}", status.code,
                         status.signal, last->errors());
    }
    const std::string folder = last->output().substr(0, last->output().find('\n'));
    return check(folder, files);
  }

 private:
  std::unique_ptr<Process> start(const std::vector<std::string>& words) const {
    test_support::ProcessOptions options;
    options.command = {options_.tool};
    options.command.insert(options.command.end(), words.begin(), words.end());
    options.environment = {{"HF_ENDPOINT", server_.endpoint()},
                           {"HF_HUB_CACHE", (cache_.path() / "hub").string()},
                           {"no_proxy", "127.0.0.1,localhost"}};
    return std::make_unique<Process>(options);
  }

  void live(KillReport& report) {
    std::vector<std::unique_ptr<Process>> processes;
    bool ended = false;
    processes.push_back(start({"download", "org/tiny"}));
    if (random_() % 2 == 0) {
      processes.push_back(start({"download", "org/tiny"}));
    }
    for (auto& process : processes) {
      std::this_thread::sleep_for(std::chrono::microseconds(
          std::uniform_int_distribution<std::int64_t>(0, kLongest.count())(random_)));
      report.kills += process->running() ? 1 : 0;
      process->kill(SIGKILL);
      ended = process->wait().code == 0 || ended;
    }
    if (ended) {  // nothing is left to be killed at
      fs::remove_all(cache_.path() / "hub");
    } else if (random_() % 8 == 0) {
      start({"cache", "rm", "org/tiny", "--yes"})->wait();
    } else if (random_() % 8 == 0) {
      start({"cache", "ls"})->wait();
    }
  }

  std::string check(const fs::path& folder, const Files& files) const {
    std::size_t found = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      found += entry.is_directory() ? 0 : 1;
    }
    if (found != files.size()) {
      return fmt::format("{} files instead of {}", found, files.size());
    }
    for (const auto& [path, content] : files) {
      if (test_support::read_file(folder / path) != content) {
        return path + " is wrong";
      }
    }
    return check_blobs(files);
  }

  // Whole blobs are right ones, and there is nothing but them and what is not finished.
  std::string check_blobs(const Files& files) const {
    const fs::path repo = cache_.path() / "hub" / "models--org--tiny";
    std::size_t whole = 0;
    for (const auto& entry : fs::directory_iterator(repo / "blobs")) {
      whole += entry.path().extension() == ".incomplete" ? 0 : 1;
    }
    for (const auto& entry : fs::directory_iterator(repo / "refs")) {
      if (entry.path().filename() != "main") {
        return "a leftover in refs: " + entry.path().string();
      }
    }
    return whole == files.size() ? "" : fmt::format("{} blobs instead of {}", whole, files.size());
  }

  const KillRounds& options_;
  const HubServer& server_;
  std::mt19937_64 random_;
  test_support::TempDirectory cache_;
};

}  // namespace

KillReport run_kill_rounds(const KillRounds& options) {
  const Files files = model_files();
  Files served;
  for (const auto& [path, content] : files) {
    served["models/org/tiny/" + path] = content;
  }
  const HubServer server(served, {{"pace", {100'000, 0.025}}});
  KillReport report;
  for (; report.rounds < options.rounds; ++report.rounds) {
    const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(report.rounds);
    const std::string failure = Round(options, server, seed).run(files, report);
    if (!failure.empty()) {
      ++report.wrong;
      report.failures += fmt::format("seed {}: {}\n", seed, failure);
    }
  }
  for (const auto& request : server.requests()) {
    if (request["method"] == "GET" && request["path"].get<std::string>().starts_with("/cdn/")) {
      (request["range"] == "" ? report.from_start : report.resumed) += 1;
    }
  }
  return report;
}

}  // namespace trainer::hub
