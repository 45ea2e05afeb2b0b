#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "storage/conninfo.hpp"

// PostgreSQL's own programs for backup and restore.
namespace tracker::admin {

struct PostgresTools {
  std::filesystem::path pg_dump, pg_restore;
};

// Those of the server's major version, else of the next newer one, else those in $PATH. Throws
// Error(kFailedPrecondition) that says which package to install.
PostgresTools find_tools(int server_major);

struct ToolCall {
  std::vector<std::string> arguments;  // [0] is the program
  storage::ClientEnvironment environment;
  std::filesystem::path output;  // what it says; also shown when it fails
};

// Runs it to its end. Throws Error(kUnavailable) with what it said last when it fails, or when
// `stop` was asked for; it is ended then.
void run_tool(const ToolCall& call, std::stop_token stop);

}  // namespace tracker::admin
