// LD_PRELOAD: stands between a program and libc, and lies about the wall clock and the disk as
// FaultSwitches say. Without switches it passes everything on.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "support/fault_shim/fault_switches.hpp"

namespace {

using test_support::FaultSwitches;

constexpr std::int64_t kSecondUs = 1'000'000;

const FaultSwitches* find_switches() {
  const char* file = std::getenv(test_support::kSwitchesVariable);
  const int fd = file == nullptr ? -1 : ::open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return nullptr;
  void* map = ::mmap(nullptr, sizeof(FaultSwitches), PROT_READ, MAP_SHARED, fd, 0);
  ::close(fd);
  return map == MAP_FAILED ? nullptr : static_cast<const FaultSwitches*>(map);
}

const FaultSwitches* switches() {
  static const FaultSwitches* const found = find_switches();
  return found;
}

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}
#define NEXT(name) static const auto next_##name = next<decltype(&::name)>(#name)

std::int64_t clock_offset() {
  return switches() == nullptr ? 0 : switches()->clock_us.load(std::memory_order_relaxed);
}

bool below_folder(int fd) {
  static const char* const folder = std::getenv(test_support::kFolderVariable);
  if (folder == nullptr) return false;
  char link[32], path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = ::readlink(link, path, sizeof path);
  const std::size_t length = std::strlen(folder);
  return size > static_cast<ssize_t>(length) && std::memcmp(path, folder, length) == 0 &&
         path[length] == '/';
}

// The errno to fail with; 0: go on.
int write_error(int fd) {
  const int error = switches() == nullptr ? 0 : switches()->write_error.load();
  return error != 0 && below_folder(fd) ? error : 0;
}
int read_error(int fd) {
  const int error = switches() == nullptr ? 0 : switches()->read_error.load();
  return error != 0 && below_folder(fd) ? error : 0;
}

int fail(int error) {
  errno = error;
  return -1;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* out) noexcept {
  NEXT(clock_gettime);
  const int result = next_clock_gettime(clock, out);
  const std::int64_t offset = clock_offset();
  if (result != 0 || offset == 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE))
    return result;
  const std::int64_t us = out->tv_sec * kSecondUs + out->tv_nsec / 1000 + offset;
  out->tv_sec = us / kSecondUs;
  out->tv_nsec = us % kSecondUs * 1000;
  return 0;
}

int gettimeofday(timeval* out, void*) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* out) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

ssize_t write(int fd, const void* bytes, size_t size) {
  NEXT(write);
  if (const int error = write_error(fd)) return fail(error);
  return next_write(fd, bytes, size);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  NEXT(pwrite);
  if (const int error = write_error(fd)) return fail(error);
  return next_pwrite(fd, bytes, size, at);
}

ssize_t pread(int fd, void* bytes, size_t size, off_t at) {
  NEXT(pread);
  if (const int error = read_error(fd)) return fail(error);
  return next_pread(fd, bytes, size, at);
}

int fsync(int fd) {
  NEXT(fsync);
  if (const int error = write_error(fd)) return fail(error);
  return next_fsync(fd);
}

int fdatasync(int fd) {
  NEXT(fdatasync);
  if (const int error = write_error(fd)) return fail(error);
  return next_fdatasync(fd);
}

int ftruncate(int fd, off_t size) noexcept {
  NEXT(ftruncate);
  if (const int error = write_error(fd)) return fail(error);
  return next_ftruncate(fd, size);
}

int posix_fallocate(int fd, off_t from, off_t size) {
  NEXT(posix_fallocate);
  if (const int error = write_error(fd)) return error;
  return next_posix_fallocate(fd, from, size);
}

// Whatever file is mapped there: those of the folder are all that our programs sync in this way.
int msync(void* at, size_t size, int flags) {
  NEXT(msync);
  const int error = switches() == nullptr ? 0 : switches()->write_error.load();
  if (error != 0) return fail(error);
  return next_msync(at, size, flags);
}

}  // extern "C"
