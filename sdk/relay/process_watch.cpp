#include "relay/process_watch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

#include <tracker/error.hpp>

namespace tracker::relay {
namespace {

// From linux/pidfd.h of 6.15, which older headers lack.
struct PidfdInfo {
  std::uint64_t mask = 0;
  std::uint64_t cgroup_id = 0;
  std::uint32_t ids[11] = {};  // pid, tgid, ppid, and the user and group ids
  std::int32_t exit_code = 0;
};
static_assert(sizeof(PidfdInfo) == 64);
constexpr std::uint64_t kPidfdInfoExit = 1u << 3;
const unsigned long kPidfdGetInfo = _IOWR(0xFF, 11, PidfdInfo);

using Clock = std::chrono::steady_clock;

// A zombie that shows no status has ended with 0, or hides it: its parent's collecting it would
// tell.
constexpr std::chrono::milliseconds kZombiePatience{200};
// The kernel tells waiting parents and us at the same time; the exit information appears while the
// parent collects, which on a busy machine may be interrupted for long.
constexpr std::chrono::seconds kCollectPatience{5};

ExitStatus from_wait_status(int status) {
  if (WIFSIGNALED(status)) return {.exit_code = std::nullopt, .signal = WTERMSIG(status)};
  return {.exit_code = WEXITSTATUS(status), .signal = std::nullopt};
}

struct PidfdAnswer {
  std::optional<ExitStatus> status;
  bool may_come = false;  // the process is not collected yet
};

PidfdAnswer from_pidfd(int pidfd) {
  PidfdInfo info;
  info.mask = kPidfdInfoExit;
  if (ioctl(pidfd, kPidfdGetInfo, &info) != 0) return {};
  if ((info.mask & kPidfdInfoExit) == 0) return {.status = std::nullopt, .may_come = true};
  return {.status = from_wait_status(info.exit_code), .may_come = false};
}

// Field 52 of /proc/PID/stat, if the process is a zombie. 0 may also mean that we may not see it.
std::optional<int> zombie_status(pid_t pid) {
  char text[2048];
  const std::string path = "/proc/" + std::to_string(pid) + "/stat";
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  const ssize_t size = read(file, text, sizeof text - 1);
  close(file);
  if (size <= 0) return std::nullopt;
  text[size] = '\0';
  // The program's name, in parentheses, may hold anything.
  const char* after_name = std::strrchr(text, ')');
  const char* last = std::strrchr(text, ' ');
  if (after_name == nullptr || last == nullptr || after_name[1] == '\0' || after_name[2] != 'Z')
    return std::nullopt;
  return std::atoi(last);
}

// Tries both ways until one answers or neither will. The clock is read before each look, so that
// the last look is never older than the patience, however long we were kept waiting in between.
ExitStatus read_status(int pidfd, pid_t pid) {
  const auto began = Clock::now();
  for (;;) {
    const auto waited = Clock::now() - began;
    const auto zombie = zombie_status(pid);
    if (zombie && *zombie != 0) return from_wait_status(*zombie);
    const PidfdAnswer answer = from_pidfd(pidfd);
    if (answer.status) return *answer.status;
    if (!answer.may_come || waited > (zombie ? kZombiePatience : kCollectPatience)) return {};
    usleep(200);
  }
}

}  // namespace

spool::Finish finish_of(const ExitStatus& status, std::int64_t time_us) {
  spool::Finish finish{.state = spool::EndState::kCrashed,
                       .time_us = time_us,
                       .exit_code = status.exit_code,
                       .signal = status.signal,
                       .reason = "the process ended without finishing the run; how is unknown"};
  if (status.signal) {
    const char* name = sigabbrev_np(*status.signal);
    finish.reason = "killed by " +
                    (name ? "SIG" + std::string(name) : "signal " + std::to_string(*status.signal));
    if (*status.signal == SIGINT) finish.state = spool::EndState::kStopped;
  } else if (status.exit_code) {
    finish.reason =
        "exited with code " + std::to_string(*status.exit_code) + " without finishing the run";
  }
  return finish;
}

ProcessWatch::ProcessWatch(pid_t pid) : pid_(pid) {
  pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  const int error = errno;
  stop_event_ = eventfd(0, EFD_CLOEXEC);
  ended_event_ = eventfd(0, EFD_CLOEXEC);
  if (pidfd_ < 0 && error == ESRCH) {
    tell({});
    return;
  }
  if (pidfd_ < 0 || stop_event_ < 0 || ended_event_ < 0) {
    for (const int fd : {pidfd_, stop_event_, ended_event_}) {
      if (fd >= 0) close(fd);
    }
    throw Error(ErrorCode::kInternal, "process " + std::to_string(pid) + " cannot be watched",
                std::strerror(error));
  }
  thread_ = std::jthread([this] { watch(); });
}

ProcessWatch::~ProcessWatch() {
  eventfd_write(stop_event_, 1);
  if (thread_.joinable()) thread_.join();
  for (const int fd : {pidfd_, stop_event_, ended_event_}) {
    if (fd >= 0) close(fd);
  }
}

std::optional<ExitStatus> ProcessWatch::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

void ProcessWatch::watch() {
  pollfd polled[2] = {{pidfd_, POLLIN, 0}, {stop_event_, POLLIN, 0}};
  while (poll(polled, 2, -1) < 0 && errno == EINTR) {
  }
  if ((polled[0].revents & POLLIN) != 0) tell(read_status(pidfd_, pid_));
}

void ProcessWatch::tell(const ExitStatus& status) {
  {
    const std::lock_guard lock(mutex_);
    ended_ = status;
  }
  eventfd_write(ended_event_, 1);
}

}  // namespace tracker::relay
