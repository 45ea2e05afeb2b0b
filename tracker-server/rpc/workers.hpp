#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tracker::rpc {

// Threads for calls that block, so that gRPC's own never do. Any thread may call.
class Workers {
 public:
  Workers(std::size_t threads, std::size_t queue);
  ~Workers();  // does what waits, then ends

  // False if too much waits already. `task` must not throw.
  bool post(std::function<void()> task);

 private:
  void run();

  std::size_t queue_limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool ending_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace tracker::rpc
