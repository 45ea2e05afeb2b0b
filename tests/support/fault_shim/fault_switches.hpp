#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

// What a program under test believes of its wall clock and its disk, while it runs. The library
// fault_shim (LD_PRELOAD) asks these switches at every call; they lie in a file that both map. The
// children of the program have them as well.
namespace test_support {

struct FaultSwitches {
  std::atomic<std::int64_t> clock_us{0};  // added to the wall's clock
  // Not 0: what writing, syncing and making room fail with, for files below the folder.
  std::atomic<std::int32_t> write_error{0};
  std::atomic<std::int32_t> read_error{0};  // likewise reading
};

inline constexpr const char* kSwitchesVariable = "FAULT_SHIM_SWITCHES";
inline constexpr const char* kFolderVariable = "FAULT_SHIM_FOLDER";

// The side that turns them. The file is removed with it; programs that run on keep what it said.
class FaultShim {
 public:
  // `library`: libfault_shim.so. Disk faults strike below `folder` only. Throws std::runtime_error.
  FaultShim(std::filesystem::path library, std::filesystem::path file,
            std::filesystem::path folder);
  ~FaultShim();
  FaultShim(const FaultShim&) = delete;
  FaultShim& operator=(const FaultShim&) = delete;

  FaultSwitches& operator*() const noexcept { return *switches_; }
  FaultSwitches* operator->() const noexcept { return switches_; }
  // For the program's start.
  std::map<std::string, std::string> environment() const;

 private:
  std::filesystem::path library_, file_, folder_;
  FaultSwitches* switches_ = nullptr;
};

}  // namespace test_support
