#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "spool/record.hpp"

namespace tracker::relay {

// How a process ended, as far as it could be found out. Neither: its parent had collected it before
// we could look.
struct ExitStatus {
  std::optional<std::int32_t> exit_code, signal;
};

// The Finish record of a process that ended without one: crashed, or stopped if Ctrl-C's signal
// ended it.
spool::Finish finish_of(const ExitStatus& status, std::int64_t time_us);

// Watches a process that need not be our child, through a pidfd. Its exit status is taken the
// moment it dies: from the kernel's exit information of the pidfd where there is such a thing
// (Linux 6.15), else from /proc while it is a zombie. The watch begins in the constructor; the
// process must be the one meant then (its pid not yet reused). Threads: all methods from any
// thread.
class ProcessWatch {
 public:
  // Throws Error when the kernel has no pidfd (before Linux 5.3) or no descriptor is left.
  explicit ProcessWatch(pid_t pid);
  ~ProcessWatch();
  ProcessWatch(const ProcessWatch&) = delete;
  ProcessWatch& operator=(const ProcessWatch&) = delete;

  // How it ended; nullopt while it lives.
  std::optional<ExitStatus> ended() const;
  // Readable from its end on; never read from it.
  int descriptor() const noexcept { return ended_event_; }

 private:
  void watch();
  void tell(const ExitStatus& status);

  const pid_t pid_;
  int pidfd_ = -1, stop_event_ = -1, ended_event_ = -1;
  mutable std::mutex mutex_;
  std::optional<ExitStatus> ended_;  // mutex_
  std::jthread thread_;
};

}  // namespace tracker::relay
