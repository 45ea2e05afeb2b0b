#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "core/clock.hpp"
#include "storage/database.hpp"

// Keeps the tables that runs are filtered and sorted by up with the runs, in the background. What
// is out of date is marked in the database (storage/run_attributes.hpp), so any server does it,
// and one that is killed leaves nothing half done.
namespace tracker::ingest {

class AttributeRefresher {
 public:
  // `database` and `clock` must outlive it.
  AttributeRefresher(storage::Database& database, const core::Clock& clock,
                     std::chrono::milliseconds interval);
  ~AttributeRefresher();  // stop()

  void start();
  void stop();

  // One round on the caller's thread: all that is due, unless stop() comes. For tests and tools;
  // the thread does the same.
  void round();

 private:
  void work();
  bool stopping();

  storage::Database& database_;
  const core::Clock& clock_;
  const std::chrono::milliseconds interval_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool stopping_ = false;
  std::jthread thread_;
};

}  // namespace tracker::ingest
