#include "src/relay_process.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "base/fd.hpp"

extern char** environ;

namespace tracker {
namespace {

namespace fs = std::filesystem;

bool is_program(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

struct Launch {
  const char* program;
  char* const* arguments;
  int null, log;
  volatile int error;
};

void close_from(unsigned first) noexcept {
#ifdef SYS_close_range
  if (::syscall(SYS_close_range, first, ~0U, 0) == 0) return;
#endif
  for (int fd = static_cast<int>(first); fd < 65536; ++fd) ::close(fd);
}

// Not instrumented, as between() below: the address sanitizer takes a stack that is not the
// thread's for an error.
[[noreturn, gnu::no_sanitize_address]] void become_relay(Launch& launch) noexcept {
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(launch.null, 0);
  ::dup2(launch.null, 1);
  ::dup2(launch.log, 2);
  close_from(3);
  static_cast<void>(!::chdir("/"));
  ::execve(launch.program, launch.arguments, environ);
  launch.error = errno;
  ::_exit(127);
}

// Runs in our memory, on a stack of its own, while we are suspended: async-signal-safe calls only.
// Its child is the relay; since it exits at once, the relay is init's.
[[gnu::no_sanitize_address]] int between(void* argument) {
  auto& launch = *static_cast<Launch*>(argument);
  ::setsid();
  const pid_t relay = ::vfork();
  if (relay == 0) become_relay(launch);
  if (relay < 0) launch.error = errno;
  ::_exit(0);
}

}  // namespace

std::optional<fs::path> find_program(const char* name, const fs::path& configured) {
  if (!configured.empty()) {
    if (is_program(configured)) return fs::absolute(configured);
    return std::nullopt;
  }
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (!error && is_program(self.parent_path() / name)) return self.parent_path() / name;
  const char* path = std::getenv("PATH");
  for (std::string_view rest = path != nullptr ? path : ""; !rest.empty();) {
    const std::size_t end = rest.find(':');
    const fs::path candidate = fs::path(rest.substr(0, end)) / name;
    if (is_program(candidate)) return fs::absolute(candidate);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return std::nullopt;
}

int start_relay(const RelayCommand& command) {
  const fs::path log_path = command.spool / "relay.log";
  const base::Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const base::Fd log(::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!null || !log) return errno;
  std::vector<std::string> words = {
      command.program.string(), "--spool",  command.spool.string(),    "--server",
      command.server,           "--parent", std::to_string(::getpid())};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  Launch launch{words[0].c_str(), arguments.data(), null.get(), log.get(), 0};

  // fork() would copy the page tables of a program that may hold a hundred gigabytes; posix_spawn()
  // would leave us a child, which a program's own wait() would find. No exit signal (flags end in
  // 0): nobody else can wait for it.
  constexpr std::size_t kStackBytes = 64u << 10;
  const auto stack = std::make_unique<char[]>(kStackBytes);
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::clone(between, stack.get() + kStackBytes, CLONE_VM | CLONE_VFORK, &launch);
  const int error = pid < 0 ? errno : 0;
  if (pid > 0) {
    while (::waitpid(pid, nullptr, __WALL) < 0 && errno == EINTR) {
    }
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return error != 0 ? error : launch.error;
}

}  // namespace tracker
