#include "support/hub/hub_server.hpp"

#include <csignal>
#include <fstream>
#include <stdexcept>

#include "support/directories.hpp"

namespace test_support {

void write_file(const std::filesystem::path& file, const std::string& content) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

namespace {

std::vector<nlohmann::json> lines_of(const std::filesystem::path& file) {
  std::vector<nlohmann::json> entries;
  std::ifstream log(file);
  for (std::string line; std::getline(log, line);) {
    entries.push_back(nlohmann::json::parse(line));
  }
  return entries;
}

std::unique_ptr<Process> start(const std::string& script, const std::vector<std::string>& arguments,
                               int& port) {
  ProcessOptions options;
  options.command = {"/usr/bin/env", "python3", TRACKER_SOURCE_DIR "/tests/support/hub/" + script};
  options.command.insert(options.command.end(), arguments.begin(), arguments.end());
  auto process = std::make_unique<Process>(options);
  const auto line = process->read_line();
  if (!line) {
    throw std::runtime_error(script + " did not start: " + process->errors());
  }
  port = std::stoi(*line);
  return process;
}

}  // namespace

HubServer::HubServer(const std::map<std::string, std::string>& files,
                     const nlohmann::json& behaviour) {
  for (const auto& [path, content] : files) {
    write_file(root_.path() / path, content);
  }
  const auto settings = root_.path() / "behaviour.json";
  write_file(settings, behaviour.dump());
  scheme_ = behaviour.contains("tls") ? "https" : "http";
  process_ = start("hub_server.py", {root_.path().string(), settings.string()}, port_);
}

std::vector<nlohmann::json> HubServer::requests() const {
  return lines_of(root_.path() / "requests.jsonl");
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

std::uint64_t HubServer::bytes_served(const std::string& part) const {
  std::uint64_t bytes = 0;
  for (const auto& body : lines_of(root_.path() / "bodies.jsonl")) {
    if (body["path"].get<std::string>().find(part) != std::string::npos)
      bytes += body["bytes"].get<std::uint64_t>();
  }
  return bytes;
}

void HubServer::stop() {
  process_->kill(SIGTERM);
  process_->wait();
}

HubProxy::HubProxy(const std::string& user) {
  std::vector<std::string> arguments{(folder_.path() / "log.jsonl").string()};
  if (!user.empty()) {
    arguments.push_back(user);
  }
  process_ = start("proxy_server.py", arguments, port_);
}

std::vector<nlohmann::json> HubProxy::requests() const {
  return lines_of(folder_.path() / "log.jsonl");
}

}  // namespace test_support
