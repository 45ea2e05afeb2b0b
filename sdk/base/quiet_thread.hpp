#pragma once

#include <pthread.h>
#include <signal.h>

#include <thread>
#include <utility>

namespace tracker::base {

// Starts a thread that takes none of the program's signals: its handlers run on its own threads.
// `name` has at most 15 bytes. `function` takes the stop token.
template <class Function>
std::jthread start_quiet_thread(const char* name, Function&& function) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::jthread thread;
  try {
    thread = std::jthread(std::forward<Function>(function));
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_setname_np(thread.native_handle(), name);
  return thread;
}

}  // namespace tracker::base
