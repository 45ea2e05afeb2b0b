#include "usage.hpp"

#include <unistd.h>

#include <charconv>
#include <fstream>
#include <sstream>
#include <string>

namespace tracker::bench {
namespace {

namespace fs = std::filesystem;

struct Stat {
  pid_t parent = 0;
  double own = 0, ended_children = 0;  // seconds
};

// Fields of /proc/PID/stat (proc(5)) behind the name, which may hold anything.
Stat read_stat(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(in, line);
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  Stat stat;
  std::string skipped;
  fields >> skipped >> stat.parent;
  for (int i = 0; i < 9; ++i) fields >> skipped;
  double user = 0, system = 0, children_user = 0, children_system = 0;
  fields >> user >> system >> children_user >> children_system;
  const auto tick = static_cast<double>(::sysconf(_SC_CLK_TCK));
  stat.own = (user + system) / tick;
  stat.ended_children = (children_user + children_system) / tick;
  return stat;
}

double tree_seconds(pid_t root) {
  const Stat stat = read_stat(root);
  double sum = stat.own + stat.ended_children;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc()) continue;
    const Stat child = read_stat(pid);
    if (child.parent == root) sum += child.own + child.ended_children;
  }
  return sum;
}

}  // namespace

CpuSeconds operator-(const CpuSeconds& a, const CpuSeconds& b) noexcept {
  return {a.client - b.client, a.server - b.server, a.postgres - b.postgres};
}

Usage::Usage(pid_t server, const fs::path& data_directory) : server_(server) {
  std::ifstream(data_directory / "postgres" / "postmaster.pid") >> postmaster_;
}

CpuSeconds Usage::cpu() const {
  return {read_stat(::getpid()).own, read_stat(server_).own, tree_seconds(postmaster_)};
}

double Usage::server_rss_mb() const {
  std::ifstream in("/proc/" + std::to_string(server_) + "/statm");
  double total = 0, resident = 0;
  in >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

}  // namespace tracker::bench
