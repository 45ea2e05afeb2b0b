#include "capture/redirect.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>

namespace tracker::capture {
namespace {

struct Ends {
  Fd reader, writer;
};

std::optional<Ends> open_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return std::nullopt;
  return Ends{Fd(fds[0]), Fd(fds[1])};
}

std::optional<Ends> open_terminal(int like) {
  Fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  char name[64];
  if (!master || ::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0 ||
      ::ptsname_r(master.get(), name, sizeof name) != 0) {
    return std::nullopt;
  }
  Fd slave(::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!slave) return std::nullopt;
  termios settings;
  if (::tcgetattr(like, &settings) == 0) {
    // The real terminal turns \n into \r\n; here bytes pass as they are. Nothing is typed into this
    // one.
    settings.c_oflag &= ~static_cast<tcflag_t>(OPOST);
    settings.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    ::tcsetattr(slave.get(), TCSANOW, &settings);
  }
  return Ends{std::move(master), std::move(slave)};
}

}  // namespace

std::optional<Redirect> Redirect::begin(int target) {
  Redirect made;
  made.target = target;
  made.original.reset(::fcntl(target, F_DUPFD_CLOEXEC, 3));
  if (!made.original) return std::nullopt;
  std::optional<Ends> ends;
  if (::isatty(target) == 1) ends = open_terminal(target);
  made.terminal = ends.has_value();
  if (!ends) ends = open_pipe();
  if (!ends) return std::nullopt;
  made.reader = std::move(ends->reader);
  made.copy_window_size();
  if (::dup2(ends->writer.get(), target) < 0) return std::nullopt;
  return made;
}

void Redirect::put_back() const noexcept { ::dup2(original.get(), target); }

void Redirect::copy_window_size() const noexcept {
  winsize size;
  if (terminal && ::ioctl(original.get(), TIOCGWINSZ, &size) == 0)
    ::ioctl(reader.get(), TIOCSWINSZ, &size);
}

}  // namespace tracker::capture
