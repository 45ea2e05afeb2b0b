#include "capture/fatal_signals.hpp"

#include <poll.h>
#include <signal.h>

#include <cerrno>
#include <ctime>

namespace tracker::capture {
namespace {

constexpr int kSignals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL,
                            SIGTERM, SIGINT,  SIGHUP, SIGQUIT};
constexpr int kPolls = 200, kPollMs = 1;

// Read by the handler. Written while no handler of ours is installed.
Outstanding watched;
std::atomic<bool> watching{false};

bool outstanding() noexcept {
  pollfd readers[2] = {{watched.readers[0], POLLIN, 0}, {watched.readers[1], POLLIN, 0}};
  if (::poll(readers, 2, 0) > 0 && ((readers[0].revents | readers[1].revents) & POLLIN) != 0)
    return true;
  return watched.busy->load();
}

// poll, nanosleep and raise are async-signal-safe. SA_RESETHAND has put the default handling back
// already.
void wait_and_die(int signal) {
  const int saved = errno;
  const timespec pause{0, kPollMs * 1'000'000};
  for (int i = 0, quiet = 0; watching.load() && i < kPolls && quiet < 3; ++i) {
    quiet = outstanding() ? 0 : quiet + 1;  // a pseudo-terminal hands on with a delay
    ::nanosleep(&pause, nullptr);
  }
  errno = saved;
  ::raise(signal);
}

}  // namespace

void watch_fatal_signals(const Outstanding& outstanding_now) noexcept {
  watched = outstanding_now;
  watching.store(true);
  for (const int signal : kSignals) {
    struct sigaction before {};
    if (::sigaction(signal, nullptr, &before) != 0 || (before.sa_flags & SA_SIGINFO) != 0 ||
        before.sa_handler != SIG_DFL) {
      continue;
    }
    struct sigaction ours {};
    ours.sa_handler = wait_and_die;
    ours.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(signal, &ours, nullptr);
  }
}

void unwatch_fatal_signals() noexcept {
  watching.store(false);
  for (const int signal : kSignals) {
    struct sigaction now {};
    if (::sigaction(signal, nullptr, &now) == 0 && (now.sa_flags & SA_SIGINFO) == 0 &&
        now.sa_handler == wait_and_die) {
      now.sa_handler = SIG_DFL;
      now.sa_flags = 0;
      ::sigaction(signal, &now, nullptr);
    }
  }
}

}  // namespace tracker::capture
