#include "embedded/cluster_processes.hpp"

#include <sys/stat.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <string>
#include <utility>

namespace tracker::embedded {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::vector<pid_t> processes_in(const fs::path& cluster) {
  std::vector<pid_t> found;
  struct stat wanted {};
  if (::stat(cluster.c_str(), &wanted) != 0) return found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const auto name = entry.path().filename().string();
    pid_t pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size()) continue;
    struct stat cwd {};
    if (::stat((entry.path() / "cwd").c_str(), &cwd) != 0) continue;
    if (cwd.st_dev == wanted.st_dev && cwd.st_ino == wanted.st_ino) found.push_back(pid);
  }
  return found;
}

void stop_postmaster(Process& process) noexcept {
  const std::pair<int, std::chrono::seconds> steps[] = {
      {SIGINT, 30s}, {SIGQUIT, 5s}, {SIGKILL, 5s}};
  for (const auto& [number, patience] : steps) {
    process.signal(number);
    if (process.wait_for(patience)) return;
  }
}

}  // namespace tracker::embedded
