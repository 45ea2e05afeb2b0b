#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tracker::rpc {

struct WorkersOptions {
  std::size_t threads = 4;
  std::size_t tasks = 256;  // at once: those that run and those that wait
};

// Threads for calls that block, so that gRPC's own never do. Any thread may call.
class Workers {
 public:
  explicit Workers(const WorkersOptions& options);
  ~Workers();  // does what waits, then ends

  // False if there are as many tasks as may be. `task` must not throw.
  bool post(std::function<void()> task);

 private:
  void run();

  const std::size_t most_tasks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  std::size_t running_ = 0;
  bool ending_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace tracker::rpc
