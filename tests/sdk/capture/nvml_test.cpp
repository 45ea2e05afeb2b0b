#include "capture/nvml.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "capture/system_sampler.hpp"
#include "fake_nvml.hpp"
#include "support/capture_test_paths.hpp"

namespace tracker::capture {
namespace {

class NvmlTest : public testing::Test {
 protected:
  void SetUp() override {
    state = state_of(FAKE_NVML);
    *state = fake_nvml::State();
  }
  static fake_nvml::State* state_of(const char* library) {
    void* loaded = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (loaded == nullptr) throw std::runtime_error(::dlerror());
    return reinterpret_cast<decltype(&fake_nvml_state)>(::dlsym(loaded, "fake_nvml_state"))();
  }
  static std::map<std::string, double> metrics(const Nvml& nvml) {
    std::map<std::string, double> out;
    for (const Metric& metric : gpu_metrics(nvml)) {
      EXPECT_TRUE(metric.key.starts_with("system/")) << metric.key;
      EXPECT_TRUE(out.emplace(metric.key.substr(7), metric.value).second) << metric.key;
    }
    return out;
  }

  fake_nvml::State* state = nullptr;
};

TEST_F(NvmlTest, NothingIsThereWithoutLibraryDriverOrDevice) {
  EXPECT_EQ(Nvml::open("libno-such-thing-nvml.so.1"), nullptr);
  EXPECT_EQ(Nvml::open(FAKE_NVML), nullptr) << "no device";
  state->count = 1;
  state->init_result = fake_nvml::kFails;
  EXPECT_EQ(Nvml::open(FAKE_NVML), nullptr) << "no driver";
  state->init_result = 0;
  state->count_result = fake_nvml::kFails;
  EXPECT_EQ(Nvml::open(FAKE_NVML), nullptr);
  state->count_result = 0;
  EXPECT_NE(Nvml::open(FAKE_NVML), nullptr);
}

TEST_F(NvmlTest, ALibraryThatIsNoneOfNvidiasIsNotUsed) {
  EXPECT_EQ(Nvml::open("libm.so.6"), nullptr);
}

TEST_F(NvmlTest, UnitsAreThoseOfTheDocumentation) {
  state->count = 1;
  state->gpus[0].name = "NVIDIA \xFF";
  const auto nvml = Nvml::open(FAKE_NVML);
  ASSERT_NE(nvml, nullptr);
  ASSERT_EQ(nvml->devices().size(), 1u);
  EXPECT_EQ(nvml->devices()[0].name, "NVIDIA \xEF\xBF\xBD");
  EXPECT_EQ(nvml->devices()[0].memory_bytes, 80'000u);
  const auto power = static_cast<double>(static_cast<float>(123.46));
  EXPECT_EQ(metrics(*nvml), (std::map<std::string, double>{{"gpu_0/utilization_percent", 50},
                                                           {"gpu_0/memory_percent", 25},
                                                           {"gpu_0/memory_used_bytes", 20'000},
                                                           {"gpu_0/temperature_celsius", 40},
                                                           {"gpu_0/power_watts", power}}));
}

TEST_F(NvmlTest, AGpuThatFailsIsNothingToTheOthers) {
  state->count = 3;
  state->gpus[0].utilization = 10;
  state->gpus[1].result = fake_nvml::kFails;
  state->gpus[2].utilization = 30;
  const auto nvml = Nvml::open(FAKE_NVML);
  ASSERT_NE(nvml, nullptr);
  auto found = metrics(*nvml);
  EXPECT_EQ(found.size(), 10u);
  EXPECT_EQ(found.at("gpu_0/utilization_percent"), 10);
  EXPECT_EQ(found.at("gpu_2/utilization_percent"), 30);
  state->gpus[0].result = fake_nvml::kFails;  // and one that fails later, and one that comes back
  state->gpus[1].result = 0;
  found = metrics(*nvml);
  EXPECT_EQ(found.size(), 10u);
  EXPECT_EQ(found.count("gpu_0/utilization_percent"), 0u);
  EXPECT_EQ(found.at("gpu_1/utilization_percent"), 50);
}

TEST_F(NvmlTest, AGpuKeepsItsNumberWhereAnotherCannotBeReached) {
  state->count = 2;
  state->gpus[0].handle_result = fake_nvml::kFails;
  state->gpus[1].temperature = 77;
  const auto nvml = Nvml::open(FAKE_NVML);
  ASSERT_NE(nvml, nullptr);
  ASSERT_EQ(nvml->devices().size(), 1u);
  EXPECT_EQ(nvml->devices()[0].index, 1u);
  EXPECT_EQ(metrics(*nvml).at("gpu_1/temperature_celsius"), 77);
}

TEST_F(NvmlTest, PartsOfADividedGpuTellTheirMemory) {
  state->count = 1;
  auto& gpu = state->gpus[0];
  gpu.divided = true;
  gpu.utilization_result = fake_nvml::kNotSupported;
  gpu.slices[0] = {10'000, 2'500};
  gpu.slices[3] = {20'000, 0};
  const auto nvml = Nvml::open(FAKE_NVML);
  ASSERT_NE(nvml, nullptr);
  auto found = metrics(*nvml);
  EXPECT_EQ(found.count("gpu_0/utilization_percent"), 0u);
  EXPECT_EQ(found.at("gpu_0/temperature_celsius"), 40);
  EXPECT_EQ(found.at("gpu_0/mig_0/memory_percent"), 25);
  EXPECT_EQ(found.at("gpu_0/mig_0/memory_used_bytes"), 2'500);
  EXPECT_EQ(found.at("gpu_0/mig_3/memory_percent"), 0);
  EXPECT_EQ(found.size(), 8u);
  gpu.divided = false;  // while the program runs
  EXPECT_EQ(metrics(*nvml).size(), 4u);
}

TEST_F(NvmlTest, WhatALibraryLacksIsAbsentAlone) {
  auto* old = state_of(FAKE_NVML_OLD);
  *old = fake_nvml::State();
  old->count = 1;
  old->gpus[0].divided = true;
  const auto nvml = Nvml::open(FAKE_NVML_OLD);
  ASSERT_NE(nvml, nullptr);
  EXPECT_EQ(metrics(*nvml), (std::map<std::string, double>{{"gpu_0/utilization_percent", 50},
                                                           {"gpu_0/memory_percent", 25},
                                                           {"gpu_0/memory_used_bytes", 20'000}}));
}

}  // namespace
}  // namespace tracker::capture
