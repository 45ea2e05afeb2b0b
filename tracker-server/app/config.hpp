#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The command line of tracker-server. docs/server.md describes it.
namespace tracker::app {

struct Endpoint {
  std::string address;     // an IP address, without brackets
  std::uint16_t port = 0;  // 0: a free one

  bool loopback() const;
  // "127.0.0.1:8080", "[::1]:8080"; "localhost:8080" is 127.0.0.1. Throws Error(kInvalidArgument).
  static Endpoint parse(std::string_view text);
};

// May people who are not logged in use a server that others can reach?
enum class Anonymous { kRefused, kAllowed };

struct Config {
  std::filesystem::path data_directory;
  std::optional<std::string> database_url;  // absent: a private PostgreSQL under the data directory
  Endpoint http{"127.0.0.1", 8080};
  Endpoint grpc{"127.0.0.1", 8081};
  std::filesystem::path dashboard_directory;
  std::string log_level = "info";
  std::vector<std::string> allowed_hosts;  // as core::host_name gives them
  Anonymous anonymous = Anonymous::kRefused;
};

// What the arguments ask for: a configuration, or an exit with a text (--help, --version: 0; usage:
// 2).
struct CommandLine {
  std::optional<Config> config;
  int exit_code = 0;
  std::string text;
};
CommandLine parse_command_line(int argc, const char* const* argv);

// Throws Error(kPermissionDenied) for a server that strangers could reach without
// --allow-anonymous.
void check_exposure(const Config& config);

}  // namespace tracker::app
