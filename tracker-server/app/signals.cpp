#include "app/signals.hpp"

#include <pthread.h>

#include <csignal>
#include <cstdlib>
#include <thread>
#include <utility>

namespace tracker::app {

void stop_on_signals(std::stop_source stop) {
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGTERM);
  sigaddset(&wanted, SIGINT);
  pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::thread([wanted, stop = std::move(stop)]() mutable {
    int number = 0;
    sigwait(&wanted, &number);
    stop.request_stop();
    sigwait(&wanted, &number);
    std::_Exit(1);
  }).detach();
}

}  // namespace tracker::app
