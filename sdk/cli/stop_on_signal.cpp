#include "cli/stop_on_signal.hpp"

#include <pthread.h>
#include <unistd.h>

namespace tracker::cli {

StopOnSignal::StopOnSignal() {
  sigemptyset(&watched_);
  sigaddset(&watched_, SIGINT);
  sigaddset(&watched_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &watched_, &before_);
  thread_ = std::thread([this] { watch(); });
}

StopOnSignal::~StopOnSignal() {
  over_ = true;
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void StopOnSignal::watch() {
  for (;;) {
    int signal = 0;
    if (::sigwait(&watched_, &signal) != 0) continue;
    if (over_) return;
    if (stop_.stop_requested()) ::_exit(128 + signal);
    stop_.request_stop();
  }
}

}  // namespace tracker::cli
