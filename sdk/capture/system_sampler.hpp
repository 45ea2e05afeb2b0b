#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "capture/nvml.hpp"
#include "capture/proc.hpp"

namespace tracker::capture {

struct Metric {
  std::string key;  // "system/…"
  double value;
};

// A sample of each GPU. Any thread.
std::vector<Metric> gpu_metrics(const Nvml& nvml);

// Takes samples of the machine and of this process. Rates and percentages of CPU are over the time
// since the last sample, so the first has none. Keys and units: docs/capture.md. What cannot be
// read is left out. Belongs to one thread; a sample takes some 0.2 ms, and as long as the driver of
// GPUs takes.
class SystemSampler {
 public:
  // `disk` is a path whose file system's use is reported.
  explicit SystemSampler(std::filesystem::path disk);

  std::vector<Metric> sample();

 private:
  struct Counters {
    std::chrono::steady_clock::time_point at;
    CpuTimes cpu;
    double process_seconds = 0;
    Bytes disk, network;
  };
  static Counters read_counters();
  static void add_rates(const Counters& before, const Counters& now, std::vector<Metric>& out);
  void add_levels(std::vector<Metric>& out) const;

  std::filesystem::path disk_;
  Counters last_;
  bool has_last_ = false;
};

}  // namespace tracker::capture
