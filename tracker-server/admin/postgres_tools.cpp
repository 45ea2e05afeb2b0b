#include "admin/postgres_tools.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include <tracker/error.hpp>

#include "embedded/process.hpp"

namespace tracker::admin {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

bool complete(const fs::path& folder) {
  return ::access((folder / "pg_dump").c_str(), X_OK) == 0 &&
         ::access((folder / "pg_restore").c_str(), X_OK) == 0;
}

std::string last_line(const fs::path& file) {
  std::ifstream in(file);
  std::string last;
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) last = line;
  return last.empty() ? "it said nothing" : last;
}

[[noreturn]] void fail_stopped() {
  throw Error(ErrorCode::kUnavailable, "stopped: nothing was finished");
}

}  // namespace

PostgresTools find_tools(int server_major) {
  std::map<int, fs::path> versions;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    const std::string name = entry.path().filename();
    int major = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), major);
    if (parsed.ec == std::errc() && complete(entry.path() / "bin"))
      versions[major] = entry.path() / "bin";
  }
  if (const auto found = versions.lower_bound(server_major); found != versions.end())
    return {found->second / "pg_dump", found->second / "pg_restore"};
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (!folder.empty() && complete(folder))
      return {fs::path(folder) / "pg_dump", fs::path(folder) / "pg_restore"};
  throw Error(ErrorCode::kFailedPrecondition,
              fmt::format("pg_dump and pg_restore of PostgreSQL {} are not installed (looked in "
                          "/usr/lib/postgresql/*/bin and $PATH): install the package "
                          "postgresql-client-{}",
                          server_major, server_major));
}

void run_tool(const ToolCall& call, std::stop_token stop) {
  if (stop.stop_requested()) fail_stopped();
  const base::Fd output(
      ::open(call.output.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!output)
    throw Error(ErrorCode::kUnavailable, fmt::format("cannot write {}", call.output.string()));
  embedded::SpawnOptions options;
  options.arguments = call.arguments;
  options.output = output.get();
  options.environment = call.environment.variables;
  auto process = embedded::Process::spawn(options);
  while (!process.wait_for(100ms)) {
    if (!stop.stop_requested()) continue;
    process.signal(SIGTERM);
    if (!process.wait_for(5s)) process.signal(SIGKILL);
    process.wait_for(5s);
    fail_stopped();
  }
  if (process.exit_code() != 0)
    throw Error(ErrorCode::kUnavailable,
                fmt::format("{} failed: {}", fs::path(call.arguments[0]).filename().string(),
                            last_line(call.output)));
}

}  // namespace tracker::admin
