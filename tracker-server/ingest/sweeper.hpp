#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "core/periodic.hpp"
#include "ingest/session.hpp"
#include "storage/database.hpp"

// Notes the signs of life of open streams, and finds the runs that show none.
namespace tracker::ingest {

class Sweeper {
 public:
  using Changed = std::function<void(const std::vector<core::RunId>&)>;

  // `changed` is called on the sweeper's thread with runs that were found dead.
  Sweeper(storage::Database& database, const core::Clock& clock, std::chrono::milliseconds interval,
          Changed changed);

  void start() { periodic_.start(); }
  void stop() { periodic_.stop(); }

  // A stream was welcomed. It is dropped by itself when nobody holds the session any more, or when
  // it ends.
  void watch(const std::shared_ptr<Session>& session);
  // Streams that are open now.
  std::vector<std::shared_ptr<Session>> open_sessions();

  // One round on the caller's thread.
  void round();

 private:
  storage::Database& database_;
  const core::Clock& clock_;
  const Changed changed_runs_;
  const std::int64_t started_us_;

  std::mutex mutex_;  // guards sessions_
  std::vector<std::weak_ptr<Session>> sessions_;
  core::Periodic periodic_;  // last: its thread uses what is above
};

}  // namespace tracker::ingest
