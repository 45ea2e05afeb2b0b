#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.hpp"

// Starting and watching a program, possibly under another user. Linux only (pidfd).
namespace tracker::embedded {

using base::Fd;

struct UserId {
  uid_t uid = 0;
  gid_t gid = 0;
};

struct SpawnOptions {
  std::vector<std::string> arguments;  // [0] is the program's absolute path
  std::optional<UserId> user = {};     // absent: ours
  int output = -1;                     // becomes stdout and stderr
  // Descriptors that the child keeps, under their numbers. Of ours only those that are not
  // close-on-exec reach it else.
  std::vector<int> inherited = {};
  std::vector<std::string> environment = {};  // "NAME=value", besides PATH and LC_ALL
};

// A process we hold by pidfd: our child, or a stranger. Move-only; destroying it leaves the process
// alone.
class Process {
 public:
  // A child in a session of its own (a terminal's Ctrl-C does not reach it), with an environment of
  // PATH, LC_ALL and what the options name. Throws Error(kUnavailable) if it cannot be started or
  // watched; nothing runs then.
  static Process spawn(const SpawnOptions& options);
  // A process that runs already. Absent if there is none of that number. Throws
  // Error(kUnavailable) if the system does not say (out of descriptors).
  static std::optional<Process> attach(pid_t pid);

  pid_t pid() const noexcept { return pid_; }
  int pidfd() const noexcept { return pidfd_.get(); }
  void signal(int number) const noexcept;
  // True once it has ended; a child of ours is reaped then.
  bool wait_for(std::chrono::milliseconds timeout);
  // Exit status of a reaped child, 128 + signal if it was killed; absent otherwise.
  std::optional<int> exit_code() const noexcept { return exit_code_; }

 private:
  Process(pid_t pid, Fd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}

  pid_t pid_ = -1;
  Fd pidfd_;
  std::optional<int> exit_code_;
};

}  // namespace tracker::embedded
