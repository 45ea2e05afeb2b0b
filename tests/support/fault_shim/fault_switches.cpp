#include "support/fault_shim/fault_switches.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <new>
#include <stdexcept>

namespace test_support {

FaultShim::FaultShim(std::filesystem::path library, std::filesystem::path file,
                     std::filesystem::path folder)
    : library_(std::move(library)), file_(std::move(file)), folder_(std::move(folder)) {
  const int fd = ::open(file_.c_str(), O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, 0644);
  void* map = MAP_FAILED;
  if (fd >= 0 && ::ftruncate(fd, sizeof(FaultSwitches)) == 0)
    map = ::mmap(nullptr, sizeof(FaultSwitches), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (fd >= 0) ::close(fd);
  if (map == MAP_FAILED) throw std::runtime_error("cannot map " + file_.string());
  switches_ = new (map) FaultSwitches;
}

FaultShim::~FaultShim() {
  ::munmap(switches_, sizeof(FaultSwitches));
  ::unlink(file_.c_str());
}

std::map<std::string, std::string> FaultShim::environment() const {
  return {{"LD_PRELOAD", library_.string()},
          {kSwitchesVariable, file_.string()},
          {kFolderVariable, folder_.string()}};
}

}  // namespace test_support
