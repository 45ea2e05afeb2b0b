#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tracker::capture {

struct GpuInfo {
  std::string name;
  std::uint64_t memory_bytes = 0;
};

// What cannot be read on a device is absent.
struct GpuSample {
  std::optional<double> utilization_percent, memory_used_bytes, memory_percent, temperature_celsius,
      power_watts;
};

// NVIDIA's management library (NVML), loaded at run time, so that nothing of NVIDIA's is needed to
// build or to run. Any thread may call.
class Nvml {
 public:
  // The one instance; null without the library, a driver or a device.
  static const Nvml* get();

  const std::vector<GpuInfo>& devices() const noexcept { return devices_; }
  GpuSample sample(std::size_t device) const;

 private:
  struct Functions;
  Nvml() = default;
  bool load();

  const Functions* functions_ = nullptr;
  std::vector<void*> handles_;
  std::vector<GpuInfo> devices_;
};

}  // namespace tracker::capture
