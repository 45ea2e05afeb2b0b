#pragma once

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/ids.hpp"

// Somebody looks at charts: once a second a series of one of the runs, in turn, as the dashboard
// asks for it. A thread of its own.
namespace tracker::bench {

class Charts {
 public:
  Charts(std::string url, std::vector<core::RunId> runs);
  ~Charts();  // stop()
  void stop();

  // Milliseconds of each request so far, its connection included. Any thread.
  std::vector<float> times() const;
  std::size_t failures() const;

 private:
  void work(const std::stop_token& stop);

  const std::string url_;
  const std::vector<core::RunId> runs_;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<float> ms_;
  std::size_t failures_ = 0;
  std::jthread thread_;
};

}  // namespace tracker::bench
