#include "charts.hpp"

#include <chrono>
#include <condition_variable>

#include "app/server_process.hpp"

namespace tracker::bench {

Charts::Charts(std::string url, std::vector<core::RunId> runs)
    : url_(std::move(url)), runs_(std::move(runs)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

Charts::~Charts() { stop(); }

void Charts::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Charts::work(const std::stop_token& stop) {
  using Steady = std::chrono::steady_clock;
  std::mutex mutex;
  std::condition_variable_any never;
  auto next = Steady::now();
  for (std::size_t i = 0;; ++i) {
    next += std::chrono::seconds(1);
    std::unique_lock lock(mutex);
    never.wait_until(lock, stop, next, [&] { return stop.stop_requested(); });
    if (stop.stop_requested()) return;
    const auto began = Steady::now();
    const auto answer = app::http_post(
        {.url = url_ + "/api/v1/series",
         .json =
             R"({"runs":[")" + runs_[i % runs_.size()].text() +
             R"("],"keys":["train/metric_0"],"x":"step","from":null,"to":null,"width":1000,"smoothing":null})",
         .headers = {"Accept: application/vnd.tracker.series"}});
    const std::chrono::duration<float, std::milli> took = Steady::now() - began;
    const std::lock_guard guard(mutex_);
    if (answer && answer->status == 200)
      ms_.push_back(took.count());
    else
      ++failures_;
  }
}

std::vector<float> Charts::times() const {
  const std::lock_guard lock(mutex_);
  return ms_;
}

std::size_t Charts::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

}  // namespace tracker::bench
