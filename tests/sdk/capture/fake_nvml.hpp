#pragma once

// What the fake of NVIDIA's management library answers (fake_nvml.cpp). Tests set it before they
// ask; one thread.
namespace fake_nvml {

constexpr int kFails = 999, kNotSupported = 3;  // NVML_ERROR_UNKNOWN, NVML_ERROR_NOT_SUPPORTED
constexpr unsigned kMostSlices = 7;

struct Memory {
  unsigned long long total = 0, used = 0;
};
struct Gpu {
  const char* name = "Fake GPU";
  Memory memory{80'000, 20'000};
  unsigned utilization = 50, temperature = 40, milliwatts = 123'456;
  int handle_result = 0;       // not 0: it cannot be reached
  int result = 0;              // of everything that is asked of it
  int utilization_result = 0;  // in addition
  bool divided = false;
  Memory slices[kMostSlices] = {};  // with a total of 0: not there
};
struct State {
  int init_result = 0, count_result = 0;
  unsigned count = 0;
  Gpu gpus[3] = {};
};

}  // namespace fake_nvml

// A symbol of the library: tests find it with dlsym.
extern "C" fake_nvml::State* fake_nvml_state();
