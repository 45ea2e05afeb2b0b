#include "support/process/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace test_support {
namespace {

using Clock = std::chrono::steady_clock;

int milliseconds_until(Clock::time_point deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return left > 0 ? static_cast<int>(left) : 0;
}

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

[[noreturn]] void exec_child(const ProcessOptions& options) {
  if (!options.errors_to.empty()) {
    const int file =
        ::open(options.errors_to.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0 || dup2(file, 2) < 0) _exit(126);
  }
  for (const auto& [name, value] : options.environment) setenv(name.c_str(), value.c_str(), 1);
  if (!options.directory.empty() && chdir(options.directory.c_str()) != 0) _exit(126);
  std::vector<char*> argv;
  for (const std::string& word : options.command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  _exit(127);
}

}  // namespace

Process::Process(const ProcessOptions& options) : errors_to_(options.errors_to) {
  std::array<int, 2> in{}, out{}, err{};
  if (pipe2(in.data(), O_CLOEXEC) || pipe2(out.data(), O_CLOEXEC) || pipe2(err.data(), O_CLOEXEC))
    throw_errno("pipe2");
  pid_ = fork();
  if (pid_ < 0) throw_errno("fork");
  if (pid_ == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    dup2(err[1], 2);
    std::signal(SIGPIPE, SIG_DFL);
    exec_child(options);
  }
  std::signal(SIGPIPE, SIG_IGN);
  close(in[0]);
  close(out[1]);
  close(err[1]);
  stdin_ = in[1];
  stdout_ = out[0];
  stderr_ = err[0];
  fcntl(stdin_, F_SETFL, O_NONBLOCK);
  fcntl(stdout_, F_SETFL, O_NONBLOCK);
  fcntl(stderr_, F_SETFL, O_NONBLOCK);
  pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (pidfd_ < 0) throw_errno("pidfd_open");
}

Process::~Process() {
  if (!status_) {
    ::kill(pid_, SIGKILL);
    reap(0);
  }
  for (const int fd : {stdin_, stdout_, stderr_, pidfd_}) {
    if (fd >= 0) close(fd);
  }
}

void Process::reap(int options) {
  int raw = 0;
  if (status_ || waitpid(pid_, &raw, options) != pid_) return;
  status_ = WIFEXITED(raw) ? ExitStatus{WEXITSTATUS(raw), 0} : ExitStatus{-1, WTERMSIG(raw)};
}

void Process::write(const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = ::write(stdin_, text.data() + done, text.size() - done);
    if (n >= 0) {
      done += static_cast<std::size_t>(n);
      continue;
    }
    if (errno != EAGAIN) throw_errno("write to the child's stdin");
    // The child may be blocked on a full stdout of its own: read while we wait for room.
    std::array<pollfd, 3> fds{{{stdin_, POLLOUT, 0}, {stdout_, POLLIN, 0}, {stderr_, POLLIN, 0}}};
    if (poll(fds.data(), fds.size(), 60'000) <= 0) throw_errno("a child does not read its stdin");
    if (fds[1].revents) drain(stdout_, output_);
    if (fds[2].revents) drain(stderr_, errors_);
  }
}

void Process::close_stdin() {
  if (stdin_ >= 0) close(stdin_);
  stdin_ = -1;
}

void Process::drain(int& fd, std::string& into) {
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n > 0) {
      into.append(buffer.data(), static_cast<std::size_t>(n));
    } else {
      if (n == 0) {
        close(fd);
        fd = -1;
      }
      return;
    }
  }
}

void Process::pump(Clock::time_point deadline, const std::function<bool()>& done) {
  while (!done()) {
    std::array<pollfd, 3> fds{
        {{stdout_, POLLIN, 0}, {stderr_, POLLIN, 0}, {status_ ? -1 : pidfd_, POLLIN, 0}}};
    const int ready = poll(fds.data(), fds.size(), milliseconds_until(deadline));
    if (ready < 0 && errno != EINTR) throw_errno("poll");
    if (ready == 0)
      throw std::runtime_error("timed out waiting for a child process; its stderr:\n" + errors_);
    if (fds[0].revents) drain(stdout_, output_);
    if (fds[1].revents) drain(stderr_, errors_);
    if (fds[2].revents) reap(WNOHANG);
  }
}

std::optional<std::string> Process::read_line(std::chrono::seconds timeout) {
  pump(Clock::now() + timeout,
       [&] { return output_.find('\n', line_start_) != std::string::npos || stdout_ < 0; });
  const std::size_t end = output_.find('\n', line_start_);
  if (end == std::string::npos) return std::nullopt;
  std::string line = output_.substr(line_start_, end - line_start_);
  line_start_ = end + 1;
  return line;
}

void Process::kill(int signal) { ::kill(pid_, signal); }

bool Process::running() {
  reap(WNOHANG);
  return !status_;
}

ExitStatus Process::wait(std::chrono::seconds timeout) {
  // A grandchild may hold the pipes open for longer than the child lives; only the child's end is
  // waited for.
  pump(Clock::now() + timeout, [&] { return status_.has_value(); });
  if (stdout_ >= 0) drain(stdout_, output_);
  if (stderr_ >= 0) drain(stderr_, errors_);
  if (!errors_to_.empty()) {
    std::ifstream file(errors_to_);
    errors_.assign(std::istreambuf_iterator<char>(file), {});
  }
  return *status_;
}

Result run(const ProcessOptions& options, const std::string& input, std::chrono::seconds timeout) {
  Process process(options);
  if (!input.empty()) process.write(input);
  process.close_stdin();
  const ExitStatus status = process.wait(timeout);
  return {status, process.output(), process.errors()};
}

void wait_for_file(const std::filesystem::path& file, Process& process,
                   std::chrono::seconds timeout) {
  const int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (watch < 0) throw_errno("inotify_init1");
  inotify_add_watch(watch, file.parent_path().c_str(), IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE);
  const auto deadline = Clock::now() + timeout;
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, process.pid(), 0));
  while (!std::filesystem::exists(file)) {
    std::array<pollfd, 2> fds{{{watch, POLLIN, 0}, {pidfd, POLLIN, 0}}};
    const int ready = poll(fds.data(), fds.size(), milliseconds_until(deadline));
    std::array<char, 4096> events{};
    while (::read(watch, events.data(), events.size()) > 0) {
    }
    if (ready <= 0 || fds[1].revents) {
      close(watch);
      close(pidfd);
      process.wait(std::chrono::seconds(1));
      throw std::runtime_error("no " + file.string() + "; stderr of the process:\n" +
                               process.errors());
    }
  }
  close(watch);
  close(pidfd);
}

}  // namespace test_support
