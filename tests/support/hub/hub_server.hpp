#pragma once

#include <cstdint>
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

  std::string endpoint() const { return scheme_ + "://127.0.0.1:" + std::to_string(port_); }
  int port() const noexcept { return port_; }
  std::filesystem::path root() const { return root_.path(); }
  // Every request so far: method, path, host, range, auth, and the client's port.
  std::vector<nlohmann::json> requests() const;
  // How many requests have `method` and a path that contains `part`.
  int count(const std::string& method, const std::string& part) const;
  // Bytes of all bodies that it set out to send, to paths that contain `part`.
  std::uint64_t bytes_served(const std::string& part = {}) const;
  // Ends it; afterwards nobody listens on its port.
  void stop();

 private:
  TempDirectory root_;
  std::unique_ptr<Process> process_;
  std::string scheme_ = "http";
  int port_ = 0;
};

// proxy_server.py as a child process, likewise.
class HubProxy {
 public:
  // `user` is "name:password", or empty: everybody may use it.
  explicit HubProxy(const std::string& user = {});

  // Without and with user and password in it.
  std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string address_for(const std::string& user) const {
    return "http://" + user + "@127.0.0.1:" + std::to_string(port_);
  }
  // Every request so far: method, target, admitted.
  std::vector<nlohmann::json> requests() const;

 private:
  TempDirectory folder_;
  std::unique_ptr<Process> process_;
  int port_ = 0;
};

}  // namespace test_support
