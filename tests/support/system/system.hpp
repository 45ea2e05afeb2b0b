#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/process/process.hpp"
#include "support/process/temp_directory.hpp"

// The built programs, run as a user runs them: a tracker-server with its own PostgreSQL on free
// ports of 127.0.0.1, and the command lines beside it, all under one temporary folder.
namespace test_support {

class System {
 public:
  System();
  // Stops the server and its PostgreSQL, whatever state they are in.
  ~System();

  // Starts the server, with more arguments, and waits until server.json says that it is ready.
  void start_server(const std::vector<std::string>& more = {});
  // SIGTERM, and waits for the end. Its exit code.
  int stop_server();
  // SIGKILL to the server; PostgreSQL lives on. To the postmaster; the server lives on.
  void kill_server();
  void kill_postgres();
  Process& server() { return *server_; }

  // A command of build/bin with this system's server and folders in its environment.
  ProcessOptions command(const std::string& program, std::vector<std::string> arguments) const;
  Result run(const std::string& program, std::vector<std::string> arguments,
             const std::string& input = {}) const;

  // `tracker runs ls --json` and `tracker export --format jsonl` as JSON. Throw when the command
  // fails.
  nlohmann::json runs(const std::string& project) const;
  nlohmann::json only_run(const std::string& project) const;
  std::vector<nlohmann::json> history(const std::string& run) const;
  // Asks again until `done` likes the project's only run. Throws after a minute, with the last
  // answer.
  nlohmann::json await_run(const std::string& project,
                           const std::function<bool(const nlohmann::json&)>& done) const;

  const std::string& url() const noexcept { return url_; }
  const std::filesystem::path& directory() const noexcept { return directory_.path(); }

 private:
  TempDirectory directory_;
  std::uint16_t http_port_, grpc_port_;
  std::string url_;
  std::unique_ptr<Process> server_;
};

// A TCP port of 127.0.0.1 that nobody listens on now.
std::uint16_t free_port();

}  // namespace test_support
