#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/request_id.hpp"

// What tracker-server is asked for: by flags, variables and a file (app/settings.hpp).
namespace tracker::app {

struct Endpoint {
  std::string address;     // an IP address, without brackets
  std::uint16_t port = 0;  // 0: a free one

  bool loopback() const;
  // "127.0.0.1:8080", "[::1]:8080"; "localhost:8080" is 127.0.0.1. Throws Error(kInvalidArgument).
  static Endpoint parse(std::string_view text);
};

// May everybody who reaches the server use it without a login?
enum class Anonymous { kRefused, kAllowed };

struct Config {
  std::filesystem::path data_directory;
  std::optional<std::string> database_url;  // absent: a private PostgreSQL under the data directory
  Endpoint http{"127.0.0.1", 8080};
  Endpoint grpc{"127.0.0.1", 8081};
  std::filesystem::path dashboard_directory;
  std::filesystem::path tls_certificate, tls_key;  // both or none
  std::string log_level = "info";
  core::AccessLog access_log = core::AccessLog::kWrites;
  std::chrono::seconds drain_delay{0};
  std::chrono::seconds grpc_connection_age{30 * 60};  // 0: for ever
  std::vector<std::string> allowed_hosts;             // as core::host_name gives them
  Anonymous anonymous = Anonymous::kRefused;
  std::string artifact_store = "database";  // or a folder, or s3://BUCKET[/FOLDER]
  std::string s3_endpoint, s3_region = "us-east-1";

  std::vector<std::string> alert_webhooks;
  std::string alert_secret;
  std::vector<std::string> alert_allowed_hosts;  // as core::host_name gives them
  std::string smtp_url, mail_from;
  std::vector<std::string> mail_to;
};

// What the arguments ask for: a configuration, or an exit with a text (--help, --version,
// --print-config: 0; usage: 2).
struct CommandLine {
  std::optional<Config> config;
  int exit_code = 0;
  std::string text;
};
// Absent for a variable that is not set.
std::optional<std::string> process_environment(const std::string& name);
CommandLine parse_command_line(int argc, const char* const* argv,
                               const std::function<std::optional<std::string>(const std::string&)>&
                                   environment = process_environment);

}  // namespace tracker::app
