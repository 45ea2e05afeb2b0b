#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <stop_token>
#include <thread>

// A thread that does the same work again and again, with a pause between the rounds: the pattern of
// the server's background jobs.
namespace tracker::core {

class Periodic {
 public:
  enum class First { kAtOnce, kAfterPause };
  using Round = std::function<void()>;
  using Failed = std::function<void(const std::exception&)>;

  // Both are called on its thread only. A round that throws is told to `failed`, which must not
  // throw; the next one comes after the pause all the same.
  Periodic(std::chrono::milliseconds pause, First first, Round round, Failed failed);
  ~Periodic();  // stop()
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

  void start();
  // Ends the pause, and waits for the round that runs. For good: it does not start again. Whoever
  // owns the thread calls it before what the round uses goes. From one thread at a time.
  void stop();
  // Has stop() been called? A long round asks between its steps. Any thread.
  bool stopping() const noexcept { return stop_.stop_requested(); }

 private:
  void work();

  const std::chrono::milliseconds pause_;
  const First first_;
  const Round round_;
  const Failed failed_;
  std::stop_source stop_;
  std::jthread thread_;
};

}  // namespace tracker::core
