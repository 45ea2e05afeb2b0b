#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "metrics/registry.hpp"

namespace tracker::metrics {
namespace {

// Fields of /proc/self/stat from the third on (the second, the name, may hold anything), see
// proc(5).
struct Stat {
  double cpu_s = 0, started_s = 0;  // since boot
  std::uint64_t threads = 0, virtual_bytes = 0, resident_bytes = 0;
};

std::optional<Stat> read_stat() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  std::uint64_t user = 0, system = 0, started = 0, pages = 0;
  Stat stat;
  fields >> user >> system;  // 14, 15
  for (int field = 16; field < 20; ++field) fields >> skipped;
  fields >> stat.threads >> skipped >> started;  // 20, 21, 22
  fields >> stat.virtual_bytes >> pages;         // 23, 24
  if (!fields) return std::nullopt;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  stat.cpu_s = static_cast<double>(user + system) / ticks;
  stat.started_s = static_cast<double>(started) / ticks;
  stat.resident_bytes = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return stat;
}

double seconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::optional<std::uint64_t> open_descriptors() {
  std::error_code error;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
       at.increment(error))
    ++count;
  if (error || count == 0) return std::nullopt;
  return count - 1;  // the one that lists them
}

}  // namespace

void write_build(Writer& out, std::string_view version) {
  out.family("tracker_build_info", "The program that runs; the value is always 1.",
             Writer::Type::kGauge);
  out.sample({{"version", version}, {"compiler", __VERSION__}}, std::uint64_t{1});
}

void write_process(Writer& out) {
  if (const auto stat = read_stat()) {
    out.family("process_cpu_seconds_total", "Processor time used, of user and system.",
               Writer::Type::kCounter);
    out.sample({}, stat->cpu_s);
    out.gauge("process_resident_memory_bytes", "Resident memory.",
              static_cast<double>(stat->resident_bytes));
    out.gauge("process_virtual_memory_bytes", "Virtual memory.",
              static_cast<double>(stat->virtual_bytes));
    out.gauge("process_threads", "Threads.", static_cast<double>(stat->threads));
    const double booted = seconds(CLOCK_REALTIME) - seconds(CLOCK_BOOTTIME);
    out.gauge("process_start_time_seconds", "Start of the process, since the epoch.",
              std::round((booted + stat->started_s) * 100) / 100);
  }
  if (const auto open = open_descriptors())
    out.gauge("process_open_fds", "Open file descriptors.", static_cast<double>(*open));
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    out.gauge("process_max_fds", "Most file descriptors the process may open.",
              limit.rlim_cur == RLIM_INFINITY ? INFINITY : static_cast<double>(limit.rlim_cur));
}

}  // namespace tracker::metrics
