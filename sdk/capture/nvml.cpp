#include "capture/nvml.hpp"

#include <dlfcn.h>

#include <array>

#include "base/utf8.hpp"

namespace tracker::capture {
namespace {

// From NVML's API reference; the layouts are stable since its first release.
using Device = void*;
struct MemoryInfo {
  unsigned long long total, free, used;
};
struct Utilization {
  unsigned int gpu, memory;
};
constexpr int kSuccess = 0;
constexpr int kTemperatureGpu = 0;

}  // namespace

struct Nvml::Functions {
  int (*init)();
  int (*count)(unsigned int*);
  int (*handle)(unsigned int, Device*);
  int (*name)(Device, char*, unsigned int);
  int (*memory)(Device, MemoryInfo*);
  int (*utilization)(Device, Utilization*);
  int (*temperature)(Device, int, unsigned int*);
  int (*power)(Device, unsigned int*);
};

const Nvml* Nvml::get() {
  static Nvml instance;
  static const bool loaded = instance.load();
  return loaded ? &instance : nullptr;
}

bool Nvml::load() {
  // Stays loaded: unloading a driver's library while other threads use the device is not worth it.
  void* library = ::dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return false;
  static Functions f;
  const auto bind = [&](auto& function, const char* name) {
    function =
        reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(library, name));
    return function != nullptr;
  };
  if (!bind(f.init, "nvmlInit_v2") || !bind(f.count, "nvmlDeviceGetCount_v2") ||
      !bind(f.handle, "nvmlDeviceGetHandleByIndex_v2") || !bind(f.name, "nvmlDeviceGetName") ||
      !bind(f.memory, "nvmlDeviceGetMemoryInfo") ||
      !bind(f.utilization, "nvmlDeviceGetUtilizationRates") ||
      !bind(f.temperature, "nvmlDeviceGetTemperature") ||
      !bind(f.power, "nvmlDeviceGetPowerUsage")) {
    return false;
  }
  unsigned int count = 0;
  if (f.init() != kSuccess || f.count(&count) != kSuccess) return false;
  for (unsigned int i = 0; i < count; ++i) {
    Device device = nullptr;
    std::array<char, 96> name{};
    MemoryInfo memory{};
    if (f.handle(i, &device) != kSuccess) continue;
    f.name(device, name.data(), name.size() - 1);
    f.memory(device, &memory);
    handles_.push_back(device);
    devices_.push_back({base::to_text(name.data()), memory.total});
  }
  functions_ = &f;
  return !devices_.empty();
}

GpuSample Nvml::sample(std::size_t device) const {
  GpuSample out;
  Device handle = handles_.at(device);
  Utilization utilization{};
  if (functions_->utilization(handle, &utilization) == kSuccess)
    out.utilization_percent = utilization.gpu;
  MemoryInfo memory{};
  if (functions_->memory(handle, &memory) == kSuccess && memory.total > 0) {
    out.memory_used_bytes = static_cast<double>(memory.used);
    out.memory_percent =
        100.0 * static_cast<double>(memory.used) / static_cast<double>(memory.total);
  }
  unsigned int value = 0;
  if (functions_->temperature(handle, kTemperatureGpu, &value) == kSuccess)
    out.temperature_celsius = value;
  if (functions_->power(handle, &value) == kSuccess) out.power_watts = value / 1000.0;
  return out;
}

}  // namespace tracker::capture
