#pragma once

#include <chrono>

#include "core/clock.hpp"
#include "core/periodic.hpp"
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

  void start() { periodic_.start(); }
  void stop() { periodic_.stop(); }

  // One round on the caller's thread: all that is due, unless stop() comes. For tests and tools;
  // the thread does the same.
  void round();

 private:
  storage::Database& database_;
  const core::Clock& clock_;
  core::Periodic periodic_;  // last: its thread uses what is above
};

}  // namespace tracker::ingest
