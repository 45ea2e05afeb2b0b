// Stands for libnvidia-ml.so.1. With FAKE_NVML_OLD it lacks what some libraries lack.
#include "fake_nvml.hpp"

#include <cstdio>

namespace {

using namespace fake_nvml;

State state;

struct MemoryInfo {
  unsigned long long total, free, used;
};
struct Utilization {
  unsigned int gpu, memory;
};

// Handles are addresses of Gpu and of Memory.
const Memory* slice_at(const void* device) {
  for (const Gpu& gpu : state.gpus)
    for (const Memory& slice : gpu.slices)
      if (&slice == device) return &slice;
  return nullptr;
}
Gpu& gpu_at(void* device) { return *static_cast<Gpu*>(device); }

}  // namespace

extern "C" {

State* fake_nvml_state() { return &state; }

int nvmlInit_v2() { return state.init_result; }
int nvmlDeviceGetCount_v2(unsigned int* count) {
  *count = state.count;
  return state.count_result;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void** device) {
  *device = &state.gpus[index];
  return state.gpus[index].handle_result;
}
int nvmlDeviceGetName(void* device, char* name, unsigned int length) {
  if (gpu_at(device).result != 0) return gpu_at(device).result;
  std::snprintf(name, length, "%s", gpu_at(device).name);
  return 0;
}
int nvmlDeviceGetMemoryInfo(void* device, MemoryInfo* out) {
  const Memory* memory = slice_at(device);
  if (memory == nullptr) {
    if (gpu_at(device).result != 0) return gpu_at(device).result;
    memory = &gpu_at(device).memory;
  }
  *out = {memory->total, memory->total - memory->used, memory->used};
  return 0;
}
int nvmlDeviceGetUtilizationRates(void* device, Utilization* out) {
  *out = {gpu_at(device).utilization, 0};
  return gpu_at(device).result != 0 ? gpu_at(device).result : gpu_at(device).utilization_result;
}

#ifndef FAKE_NVML_OLD
int nvmlDeviceGetTemperature(void* device, int, unsigned int* out) {
  *out = gpu_at(device).temperature;
  return gpu_at(device).result;
}
int nvmlDeviceGetPowerUsage(void* device, unsigned int* out) {
  *out = gpu_at(device).milliwatts;
  return gpu_at(device).result;
}
int nvmlDeviceGetMigMode(void* device, unsigned int* current, unsigned int* pending) {
  *current = *pending = gpu_at(device).divided ? 1 : 0;
  return gpu_at(device).result;
}
int nvmlDeviceGetMaxMigDeviceCount(void* device, unsigned int* count) {
  *count = kMostSlices;
  return gpu_at(device).result;
}
int nvmlDeviceGetMigDeviceHandleByIndex(void* device, unsigned int index, void** slice) {
  if (gpu_at(device).slices[index].total == 0) return kFails;
  *slice = &gpu_at(device).slices[index];
  return 0;
}
#endif

}  // extern "C"
