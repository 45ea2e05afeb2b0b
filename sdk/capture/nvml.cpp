#include "capture/nvml.hpp"

#include <dlfcn.h>

#include <array>
#include <type_traits>
#include <utility>

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
constexpr unsigned int kMigEnabled = 1;

}  // namespace

// Those below `handle` may be missing in a library of some other age.
struct Nvml::Functions {
  int (*init)() = nullptr;
  int (*count)(unsigned int*) = nullptr;
  int (*handle)(unsigned int, Device*) = nullptr;

  int (*name)(Device, char*, unsigned int) = nullptr;
  int (*memory)(Device, MemoryInfo*) = nullptr;
  int (*utilization)(Device, Utilization*) = nullptr;
  int (*temperature)(Device, int, unsigned int*) = nullptr;
  int (*power)(Device, unsigned int*) = nullptr;
  int (*mig_mode)(Device, unsigned int* current, unsigned int* pending) = nullptr;
  int (*most_slices)(Device, unsigned int*) = nullptr;
  int (*slice)(Device, unsigned int, Device*) = nullptr;

  // False if what nothing goes without is missing.
  bool bind(void* library) {
    const auto find = [&](auto& function, const char* symbol) {
      function =
          reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(library, symbol));
    };
    find(init, "nvmlInit_v2");
    find(count, "nvmlDeviceGetCount_v2");
    find(handle, "nvmlDeviceGetHandleByIndex_v2");
    find(name, "nvmlDeviceGetName");
    find(memory, "nvmlDeviceGetMemoryInfo");
    find(utilization, "nvmlDeviceGetUtilizationRates");
    find(temperature, "nvmlDeviceGetTemperature");
    find(power, "nvmlDeviceGetPowerUsage");
    find(mig_mode, "nvmlDeviceGetMigMode");
    find(most_slices, "nvmlDeviceGetMaxMigDeviceCount");
    find(slice, "nvmlDeviceGetMigDeviceHandleByIndex");
    return init != nullptr && count != nullptr && handle != nullptr;
  }
};

const Nvml* Nvml::get() {
  static const std::unique_ptr<const Nvml> instance = open("libnvidia-ml.so.1");
  return instance.get();
}

std::unique_ptr<const Nvml> Nvml::open(const char* library) {
  // Never closed: unloading a driver's library while other threads use the device is not worth it.
  void* loaded = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);
  const auto functions = std::make_shared<Functions>();
  if (loaded == nullptr || !functions->bind(loaded) || functions->init() != kSuccess)
    return nullptr;
  std::unique_ptr<const Nvml> out(new Nvml(functions));
  return out->devices_.empty() ? nullptr : std::move(out);
}

Nvml::Nvml(std::shared_ptr<const Functions> functions) : functions_(std::move(functions)) {
  unsigned int count = 0;
  if (functions_->count(&count) != kSuccess) return;
  for (unsigned int i = 0; i < count; ++i) {
    Device device = nullptr;
    if (functions_->handle(i, &device) != kSuccess) continue;  // fell off the bus, or not allowed
    GpuInfo info{i, {}, 0};
    std::array<char, 96> name{};
    if (functions_->name != nullptr &&
        functions_->name(device, name.data(), name.size() - 1) == kSuccess)
      info.name = base::to_text(name.data());
    MemoryInfo memory{};
    if (functions_->memory != nullptr && functions_->memory(device, &memory) == kSuccess)
      info.memory_bytes = memory.total;
    handles_.push_back(device);
    devices_.push_back(std::move(info));
  }
}

std::optional<GpuMemory> Nvml::memory_of(void* handle) const {
  MemoryInfo memory{};
  if (functions_->memory == nullptr || functions_->memory(handle, &memory) != kSuccess ||
      memory.total == 0)
    return std::nullopt;
  const auto used = static_cast<double>(memory.used);
  return GpuMemory{used, 100.0 * used / static_cast<double>(memory.total)};
}

// Looked up each time: an administrator divides a GPU while programs run.
std::vector<GpuSlice> Nvml::slices_of(void* handle) const {
  const Functions& f = *functions_;
  std::vector<GpuSlice> out;
  unsigned int mode = 0, pending = 0, most = 0;
  if (f.mig_mode == nullptr || f.most_slices == nullptr || f.slice == nullptr ||
      f.mig_mode(handle, &mode, &pending) != kSuccess || mode != kMigEnabled ||
      f.most_slices(handle, &most) != kSuccess)
    return out;
  for (unsigned int i = 0; i < most; ++i) {
    Device slice = nullptr;
    if (f.slice(handle, i, &slice) != kSuccess) continue;  // no such slice at present
    if (const auto memory = memory_of(slice)) out.push_back({i, *memory});
  }
  return out;
}

GpuSample Nvml::sample(std::size_t device) const {
  const Functions& f = *functions_;
  GpuSample out;
  Device handle = handles_.at(device);
  Utilization utilization{};
  if (f.utilization != nullptr && f.utilization(handle, &utilization) == kSuccess)
    out.utilization_percent = utilization.gpu;
  out.memory = memory_of(handle);
  unsigned int value = 0;
  if (f.temperature != nullptr && f.temperature(handle, kTemperatureGpu, &value) == kSuccess)
    out.temperature_celsius = value;
  if (f.power != nullptr && f.power(handle, &value) == kSuccess)
    out.power_watts = value / 1000.0;  // it tells milliwatts
  out.slices = slices_of(handle);
  return out;
}

}  // namespace tracker::capture
