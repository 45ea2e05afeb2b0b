// Several processes that want one thing at once, and such that are killed.
#include "hub_fixture.hpp"
#include "kill_rounds.hpp"

namespace trainer::hub {
namespace {

using test_support::HubServer;
using test_support::Process;
using test_support::read_file;

constexpr int kProcesses = 20;

class HubProcessesTest : public HubFixture {};

TEST_F(HubProcessesTest, twenty_at_once_fetch_each_file_once) {
  const std::string weights = noise(3'000'000);
  std::map<std::string, std::string> files{
      {"models/org/tiny/model-1.safetensors", weights},
      {"models/org/tiny/model-2.safetensors", noise(1'000'000)}};
  for (int i = 0; i < 5; ++i) {
    files["models/org/tiny/" + std::to_string(i) + ".txt"] = std::to_string(i);
  }
  const HubServer server(files, {{"pace", {500'000, 0.05}}});
  std::vector<std::unique_ptr<Process>> processes;
  for (int i = 0; i < kProcesses; ++i) {
    test_support::ProcessOptions options;
    options.command = {kTool, "download", kId};
    options.environment = {{"HF_ENDPOINT", server.endpoint()},
                           {"HF_HUB_CACHE", cache().string()},
                           {"HF_HUB_ETAG_TIMEOUT", "100"},
                           {"no_proxy", "127.0.0.1,localhost"}};
    processes.push_back(std::make_unique<Process>(options));
  }
  for (auto& process : processes) {
    EXPECT_EQ(process->wait().code, 0) << process->errors();
    const std::filesystem::path folder = process->output().substr(0, process->output().find('\n'));
    EXPECT_EQ(read_file(folder / "model-1.safetensors"), weights);
    EXPECT_EQ(read_file(folder / "4.txt"), "4");
  }
  EXPECT_EQ(server.count("GET", "/cdn/"), 2);
  EXPECT_EQ(server.count("GET", "/api/resolve-cache/"), 5);
}

TEST_F(HubProcessesTest, whatever_is_killed_the_next_download_is_right) {
  const KillReport report = run_kill_rounds({.rounds = 8, .seed = 1, .tool = kTool});
  EXPECT_EQ(report.wrong, 0) << report.failures;
  EXPECT_GT(report.kills, 0);
}

}  // namespace
}  // namespace trainer::hub
