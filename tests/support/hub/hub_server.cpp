#include "support/hub/hub_server.hpp"

#include <csignal>
#include <fstream>
#include <stdexcept>

namespace test_support {

void write_file(const std::filesystem::path& file, const std::string& content) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

HubServer::HubServer(const std::map<std::string, std::string>& files,
                     const nlohmann::json& behaviour) {
  for (const auto& [path, content] : files) {
    write_file(root_.path() / path, content);
  }
  const auto settings = root_.path() / "behaviour.json";
  write_file(settings, behaviour.dump());
  ProcessOptions options;
  options.command = {"/usr/bin/env", "python3",
                     TRACKER_SOURCE_DIR "/tests/support/hub/hub_server.py", root_.path().string(),
                     settings.string()};
  process_ = std::make_unique<Process>(options);
  const auto line = process_->read_line();
  if (!line) {
    throw std::runtime_error("the hub server did not start: " + process_->errors());
  }
  port_ = std::stoi(*line);
}

std::vector<nlohmann::json> HubServer::requests() const {
  std::vector<nlohmann::json> entries;
  std::ifstream log(root_.path() / "requests.jsonl");
  for (std::string line; std::getline(log, line);) {
    entries.push_back(nlohmann::json::parse(line));
  }
  return entries;
}

int HubServer::count(const std::string& method, const std::string& part) const {
  int found = 0;
  for (const auto& request : requests()) {
    found += request["method"] == method &&
                     request["path"].get<std::string>().find(part) != std::string::npos
                 ? 1
                 : 0;
  }
  return found;
}

void HubServer::stop() {
  process_->kill(SIGTERM);
  process_->wait();
}

}  // namespace test_support
