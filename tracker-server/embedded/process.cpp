#include "embedded/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <tracker/error.hpp>

namespace tracker::embedded {
namespace {

struct ChildPlan {
  std::vector<char*> argv;
  std::vector<char*> envp;
  const SpawnOptions* options;
  int report;  // close-on-exec pipe: errno of what failed
};

[[noreturn]] void fail(int report) {
  const int error = errno;
  [[maybe_unused]] const auto ignored = ::write(report, &error, sizeof error);
  ::_exit(127);
}

// What libraries opened without close-on-exec, as Asio its sockets: a cluster that outlives this
// process would keep its ports.
void close_all_on_exec() {
  constexpr unsigned kCloexec = 4;  // CLOSE_RANGE_CLOEXEC, Linux 5.11
  if (::syscall(SYS_close_range, 3, ~0U, kCloexec) == 0) return;
  for (int fd = 3; fd < 65'536; ++fd) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

// Runs between fork and exec, in a copy of a process with threads: system calls only. Raw ones for
// the ids, since glibc's wrappers would try to tell threads that do not exist here.
[[noreturn]] void become(const ChildPlan& plan) {
  const auto& options = *plan.options;
  ::setsid();
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::signal(number, SIG_DFL);
  if (::chdir("/") != 0) fail(plan.report);
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0 || ::dup2(null, 0) < 0) fail(plan.report);
  const int output = options.output >= 0 ? options.output : null;
  if (::dup2(output, 1) < 0 || ::dup2(output, 2) < 0) fail(plan.report);
  close_all_on_exec();
  for (const int fd : options.inherited) {
    if (::fcntl(fd, F_SETFD, 0) < 0) fail(plan.report);
  }
  if (options.user) {
    const auto gid = options.user->gid;
    const auto uid = options.user->uid;
    if (::syscall(SYS_setgroups, 0, nullptr) != 0) fail(plan.report);
    if (::syscall(SYS_setresgid, gid, gid, gid) != 0) fail(plan.report);
    if (::syscall(SYS_setresuid, uid, uid, uid) != 0) fail(plan.report);
  }
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::execve(plan.argv[0], plan.argv.data(), plan.envp.data());
  fail(plan.report);
}

// glibc 2.36 declares its wrapper without extern "C".
int open_pidfd(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

Error unwatchable(const std::string& what, int error) {
  return Error(
      ErrorCode::kUnavailable,
      fmt::format("cannot watch {}: {}: raise the limit of open files (ulimit -n), and see "
                  "that the system has pidfd_open (Linux 5.3)",
                  what, std::strerror(error)));
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

Process Process::spawn(const SpawnOptions& options) {
  auto arguments = options.arguments;
  const char* path = ::getenv("PATH");
  std::vector<std::string> environment = {
      fmt::format("PATH={}", path == nullptr ? "/usr/bin:/bin" : path), "LC_ALL=C"};
  environment.insert(environment.end(), options.environment.begin(), options.environment.end());
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    throw Error(ErrorCode::kUnavailable,
                fmt::format("cannot run {}: {}: raise the limit of open files (ulimit -n)",
                            arguments[0], std::strerror(errno)));
  }
  const Fd read_end(ends[0]);
  Fd write_end(ends[1]);
  const ChildPlan plan{pointers(arguments), pointers(environment), &options, write_end.get()};
  const pid_t pid = ::fork();
  if (pid == 0) become(plan);
  if (pid < 0)
    throw Error(
        ErrorCode::kUnavailable,
        fmt::format(
            "cannot run {}: fork: {}: raise the limit of processes (ulimit -u), or free memory",
            arguments[0], std::strerror(errno)));
  Fd pidfd(open_pidfd(pid));
  if (!pidfd) {
    const int reason = errno;
    ::kill(pid, SIGKILL);  // not reaped, so the number is still its own
    ::waitpid(pid, nullptr, 0);
    throw unwatchable(arguments[0], reason);
  }
  write_end = Fd();
  int error = 0;
  if (::read(read_end.get(), &error, sizeof error) == sizeof error) {
    ::waitpid(pid, nullptr, 0);
    throw Error(ErrorCode::kUnavailable,
                fmt::format("cannot run {}: {}", arguments[0], std::strerror(error)));
  }
  return Process(pid, std::move(pidfd));
}

std::optional<Process> Process::attach(pid_t pid) {
  Fd pidfd(open_pidfd(pid));
  if (!pidfd) {
    const int reason = errno;
    // EINVAL and ENOENT: the number is a thread's.
    if (reason == ESRCH || reason == EINVAL || reason == ENOENT) return std::nullopt;
    throw unwatchable(fmt::format("process {}", pid), reason);
  }
  return Process(pid, std::move(pidfd));
}

void Process::signal(int number) const noexcept {
  ::syscall(SYS_pidfd_send_signal, pidfd_.get(), number, nullptr, 0);
}

bool Process::wait_for(std::chrono::milliseconds timeout) {
  pollfd poll_entry{pidfd_.get(), POLLIN, 0};
  const auto until = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    const int ready = ::poll(&poll_entry, 1, std::max(0, static_cast<int>(left.count())));
    if (ready > 0) break;
    if (ready == 0 || errno != EINTR) return false;
  }
  siginfo_t info{};
  if (::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED) == 0) {
    exit_code_ = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
  }
  return true;
}

}  // namespace tracker::embedded
