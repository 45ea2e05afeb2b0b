#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/process/process.hpp"
#include "support/process/temp_directory.hpp"

namespace test_support {

void write_file(const std::filesystem::path& file, const std::string& content);
std::string read_file(const std::filesystem::path& file);

// hub_server.py (which says what `behaviour` may hold) as a child process on a free port, from
// construction to destruction. It ends with the test, even when that is killed. One thread owns it.
class HubServer {
 public:
  // Path ("models/org/name/config.json") to content.
  explicit HubServer(const std::map<std::string, std::string>& files,
                     const nlohmann::json& behaviour = nlohmann::json::object());

  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int port() const noexcept { return port_; }
  // Every request so far: method, path, host, range, auth.
  std::vector<nlohmann::json> requests() const;
  // How many requests have `method` and a path that contains `part`.
  int count(const std::string& method, const std::string& part) const;
  // Ends it; afterwards nobody listens on its port.
  void stop();

 private:
  TempDirectory root_;
  std::unique_ptr<Process> process_;
  int port_ = 0;
};

}  // namespace test_support
