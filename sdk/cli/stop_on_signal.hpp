#pragma once

#include <atomic>
#include <csignal>
#include <stop_token>
#include <thread>

namespace tracker::cli {

// While it lives, Ctrl-C (SIGINT) and SIGTERM ask to stop instead of ending the program; a second
// one ends it at once. Make it before any other thread: they inherit that the signals are blocked.
class StopOnSignal {
 public:
  StopOnSignal();
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  std::stop_token token() const { return stop_.get_token(); }

 private:
  void watch();

  sigset_t before_{}, watched_{};
  std::stop_source stop_;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

}  // namespace tracker::cli
