#include "embedded/cluster_processes.hpp"

#include <sys/stat.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <string>
#include <string_view>
#include <utility>

namespace tracker::embedded {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

bool same_directory(const fs::path& a, const fs::path& b) {
  struct stat left {
  }, right{};
  return ::stat(a.c_str(), &left) == 0 && ::stat(b.c_str(), &right) == 0 &&
         left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

bool runs_postgres(const fs::path& process) {
  std::error_code error;
  auto program = fs::read_symlink(process / "exe", error).string();
  constexpr std::string_view kRemoved = " (deleted)";  // what the kernel adds then
  if (program.ends_with(kRemoved)) program.resize(program.size() - kRemoved.size());
  return !error && fs::path(program).filename() == "postgres";
}

}  // namespace

bool is_process_of(const fs::path& cluster, pid_t pid) {
  const auto process = fs::path("/proc") / std::to_string(pid);
  return runs_postgres(process) && same_directory(process / "cwd", cluster);
}

std::vector<pid_t> processes_of(const fs::path& cluster) {
  std::vector<pid_t> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const auto name = entry.path().filename().string();
    pid_t pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size()) continue;
    if (is_process_of(cluster, pid)) found.push_back(pid);
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
