#include "core/periodic.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace tracker::core {

Periodic::Periodic(std::chrono::milliseconds pause, First first, Round round, Failed failed)
    : pause_(pause), first_(first), round_(std::move(round)), failed_(std::move(failed)) {}

Periodic::~Periodic() { stop(); }

void Periodic::start() {
  thread_ = std::jthread([this] { work(); });
}

void Periodic::stop() {
  stop_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Periodic::work() {
  std::mutex mutex;
  std::condition_variable_any stopped;
  bool pause = first_ == First::kAfterPause;
  for (;; pause = true) {
    if (pause) {
      std::unique_lock lock(mutex);
      stopped.wait_for(lock, stop_.get_token(), pause_, [] { return false; });
    }
    if (stopping()) return;
    try {
      round_();
    } catch (const std::exception& error) {
      failed_(error);
    }
  }
}

}  // namespace tracker::core
