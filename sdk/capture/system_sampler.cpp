#include "capture/system_sampler.hpp"

#include <sys/statvfs.h>
#include <unistd.h>

#include <cmath>
#include <ctime>
#include <optional>
#include <string>
#include <utility>

#include "capture/nvml.hpp"

namespace tracker::capture {
namespace {

// Two decimals of a percentage are more than it means; float32 and short decimals also pack better.
double rounded(double value) {
  return static_cast<double>(static_cast<float>(std::round(value * 100) / 100));
}

double percent(double part, double whole) { return whole > 0 ? rounded(100 * part / whole) : 0; }

double difference(std::uint64_t now, std::uint64_t before) {
  return now >= before ? static_cast<double>(now - before)
                       : 0;  // a counter that was reset, a disk that is gone
}

}  // namespace

SystemSampler::SystemSampler(std::filesystem::path disk) : disk_(std::move(disk)) {}

SystemSampler::Counters SystemSampler::read_counters() {
  Counters c;
  c.at = std::chrono::steady_clock::now();
  c.cpu = parse_cpu(read_proc("/proc/stat")).value_or(CpuTimes{});
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  c.process_seconds = static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
  c.disk = parse_disks(read_proc("/proc/diskstats"));
  c.network = parse_network(read_proc("/proc/net/dev"));
  return c;
}

std::vector<Metric> SystemSampler::sample() {
  std::vector<Metric> out;
  const Counters now = read_counters();
  if (has_last_) add_rates(last_, now, out);
  last_ = now;
  has_last_ = true;
  add_levels(out);
  if (const Nvml* nvml = Nvml::get())
    for (Metric& metric : gpu_metrics(*nvml)) out.push_back(std::move(metric));
  return out;
}

void SystemSampler::add_rates(const Counters& before, const Counters& now,
                              std::vector<Metric>& out) {
  const double seconds = std::chrono::duration<double>(now.at - before.at).count();
  if (seconds <= 0) return;
  const double total = difference(now.cpu.total, before.cpu.total);
  if (total > 0)
    out.push_back(
        {"system/cpu_percent", percent(difference(now.cpu.busy, before.cpu.busy), total)});
  out.push_back({"system/process_cpu_percent",
                 percent(now.process_seconds - before.process_seconds, seconds)});
  const auto rate = [&](const char* key, std::uint64_t a, std::uint64_t b) {
    out.push_back({key, std::round(difference(b, a) / seconds)});
  };
  rate("system/disk_read_bytes_per_s", before.disk.in, now.disk.in);
  rate("system/disk_write_bytes_per_s", before.disk.out, now.disk.out);
  rate("system/network_received_bytes_per_s", before.network.in, now.network.in);
  rate("system/network_sent_bytes_per_s", before.network.out, now.network.out);
}

void SystemSampler::add_levels(std::vector<Metric>& out) const {
  if (const auto memory = read_memory()) {
    const auto total = static_cast<double>(memory->total_bytes);
    out.push_back({"system/memory_percent",
                   percent(total - static_cast<double>(memory->available_bytes), total)});
  }
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  if (const auto resident = parse_resident(read_proc("/proc/self/statm"), page)) {
    out.push_back({"system/process_rss_bytes", static_cast<double>(*resident)});
  }
  struct statvfs disk {};
  if (::statvfs(disk_.c_str(), &disk) == 0 && disk.f_blocks > 0) {
    const auto used = static_cast<double>(disk.f_blocks - disk.f_bfree);
    out.push_back(
        {"system/disk_percent", percent(used, used + static_cast<double>(disk.f_bavail))});
  }
}

std::vector<Metric> gpu_metrics(const Nvml& nvml) {
  std::vector<Metric> out;
  const auto add = [&](const std::string& key, const std::optional<double>& value) {
    if (value) out.push_back({key, rounded(*value)});
  };
  const auto add_memory = [&](const std::string& of, const GpuMemory& memory) {
    add(of + "memory_percent", memory.percent);
    out.push_back({of + "memory_used_bytes", memory.used_bytes});
  };
  for (std::size_t i = 0; i < nvml.devices().size(); ++i) {
    const GpuSample gpu = nvml.sample(i);
    const std::string of = "system/gpu_" + std::to_string(nvml.devices()[i].index) + "/";
    add(of + "utilization_percent", gpu.utilization_percent);
    add(of + "temperature_celsius", gpu.temperature_celsius);
    add(of + "power_watts", gpu.power_watts);
    if (gpu.memory) add_memory(of, *gpu.memory);
    for (const GpuSlice& slice : gpu.slices)
      add_memory(of + "mig_" + std::to_string(slice.index) + "/", slice.memory);
  }
  return out;
}

}  // namespace tracker::capture
