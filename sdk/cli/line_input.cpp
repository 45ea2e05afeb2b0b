#include "cli/line_input.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include <tracker/error.hpp>

namespace tracker::cli {
namespace {

volatile std::sig_atomic_t signalled = 0;
int wake = -1;

// A flag alone could be set between the check and the read, which would then wait on.
extern "C" void on_signal(int) {
  const int error = errno;
  signalled = 1;
  eventfd_write(wake, 1);
  errno = error;
}

void handle(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

LineInput::LineInput() {
  signalled = 0;
  wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  handle(on_signal);
}

LineInput::~LineInput() {
  handle(SIG_DFL);
  close(wake);
}

bool LineInput::interrupted() const noexcept { return signalled != 0; }

std::optional<std::string> LineInput::next() {
  std::size_t searched = begin_;
  for (;;) {
    if (interrupted()) return std::nullopt;
    const auto end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      std::string line = buffer_.substr(begin_, end - begin_);
      begin_ = end + 1;
      return line;
    }
    if (buffer_.size() - begin_ > kMaxLineBytes) {
      throw Error(ErrorCode::kInvalidArgument, "longer than 16 MiB");
    }
    if (at_end_) {
      std::string line = buffer_.substr(begin_);
      begin_ = buffer_.size();
      if (line.empty()) return std::nullopt;
      return line;
    }
    buffer_.erase(0, begin_);
    begin_ = 0;
    searched = buffer_.size();
    at_end_ = !fill();
  }
}

bool LineInput::fill() {
  pollfd polled[2] = {{STDIN_FILENO, POLLIN, 0}, {wake, POLLIN, 0}};
  while (poll(polled, 2, -1) < 0 && errno == EINTR) {
  }
  if (interrupted()) return true;
  char bytes[64 * 1024];
  ssize_t size;
  while ((size = read(STDIN_FILENO, bytes, sizeof bytes)) < 0 && errno == EINTR) {
  }
  if (size < 0) {
    throw Error(ErrorCode::kFailedPrecondition,
                std::string("standard input cannot be read: ") + std::strerror(errno));
  }
  buffer_.append(bytes, static_cast<std::size_t>(size));
  return size > 0;
}

}  // namespace tracker::cli
