#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "cluster/news.hpp"
#include "core/ids.hpp"

namespace tracker::storage {
class Channel;
}

// Tells the other servers of the database which runs this one has committed to, and hears the same
// from them. One thread with a connection of its own; nothing of it happens inside a transaction
// that writes data. What is told is coalesced: a run that changes all the time costs its share of
// ten messages a second. While the database is away what was noted is kept as "many".
namespace tracker::cluster {

struct NotifierOptions {
  std::string dsn;
  std::string channel = "tracker_runs";
  std::chrono::milliseconds interval{100};      // between two messages
  std::size_t runs = 2'400;                     // noted and not told; above that: many
  std::chrono::milliseconds first_retry{100};   // of a connection, then twice as long each time …
  std::chrono::milliseconds last_retry{5'000};  // … up to this
};

// Called on the notifier's thread; must not block and must not throw.
using NewsListener = std::function<void(const RunNews&)>;

class Notifier {
 public:
  Notifier(NotifierOptions options, NewsListener listener);
  ~Notifier();  // stop()
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  // Returns when others are heard, or, with the database away, at once: it is tried again. Throws
  // Error(kInternal) if the system has no descriptor left.
  void start();
  // Tells what was noted, if the database answers, and ends the thread.
  void stop();

  // Any thread; never blocks on anything but the mutex, never throws.
  void note(std::span<const core::RunId> data, std::span<const core::RunId> changed) noexcept;

 private:
  class Wake;  // an eventfd
  void work();
  bool connect();
  void round();
  void tell();
  void hear(std::chrono::milliseconds time);
  void lost(const std::exception& error);
  std::chrono::milliseconds until_due();

  const NotifierOptions options_;
  const NewsListener listener_;
  std::unique_ptr<Wake> wake_;

  // The thread's own.
  std::unique_ptr<storage::Channel> channel_;
  std::chrono::milliseconds retry_;
  std::chrono::steady_clock::time_point told_{};
  bool deaf_ = false;  // was without a connection since something was last heard

  std::mutex mutex_;  // guards what follows
  RunNews noted_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tracker::cluster
