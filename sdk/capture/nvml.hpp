#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tracker::capture {

struct GpuInfo {
  unsigned index = 0;              // NVML's, the N of `system/gpu_N/…`
  std::string name;                // empty if it does not tell
  std::uint64_t memory_bytes = 0;  // likewise 0
};

struct GpuMemory {
  double used_bytes = 0, percent = 0;
};
// A part of a GPU that is divided (MIG). The library tells of its memory alone.
struct GpuSlice {
  unsigned index = 0;  // NVML's, within the GPU
  GpuMemory memory;
};
// What cannot be read on a device is absent: utilization of a GPU that is divided, say, or all of
// one that has failed.
struct GpuSample {
  std::optional<double> utilization_percent, temperature_celsius, power_watts;
  std::optional<GpuMemory> memory;
  std::vector<GpuSlice> slices;
};

// NVIDIA's management library (NVML), loaded at run time, so that nothing of NVIDIA's is needed to
// build or to run. Its absence, or that of one of its functions, is no error and is not told. Any
// thread may call; a call asks the driver, which takes some 0.1 ms.
class Nvml {
 public:
  // The one instance; null without the library, a driver or a device.
  static const Nvml* get();
  // Of a library by name or path; null likewise. It stays loaded.
  static std::unique_ptr<const Nvml> open(const char* library);

  // Those of the machine that can be reached, in the order of their index, which may have gaps.
  const std::vector<GpuInfo>& devices() const noexcept { return devices_; }
  // Of devices()[device]. What fails on one is of no matter to the others.
  GpuSample sample(std::size_t device) const;

 private:
  struct Functions;
  explicit Nvml(std::shared_ptr<const Functions> functions);
  std::optional<GpuMemory> memory_of(void* handle) const;
  std::vector<GpuSlice> slices_of(void* handle) const;

  std::shared_ptr<const Functions> functions_;
  std::vector<void*> handles_;  // of devices_
  std::vector<GpuInfo> devices_;
};

}  // namespace tracker::capture
