#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "alerts/sender.hpp"
#include "core/clock.hpp"
#include "core/periodic.hpp"
#include "storage/database.hpp"

// Tells people of alerts, in the background of a server. Any number of servers of one database may
// run one: an alert is taken by one of them, and taken again if that one dies, so it is told at
// least once. What a target does not take is tried again there for some hours, then given up; those
// who have it are not told again. A server without targets takes none, for another may have some;
// what nobody took for a day is given up.
namespace tracker::alerts {

struct TellerOptions {
  std::chrono::milliseconds interval{2'000};
  std::int32_t most_attempts = 10;  // the pauses double from 10 s: about three hours
  std::int64_t untaken_us = std::int64_t{24} * 3600 * 1'000'000;
};

class Teller {
 public:
  using Send = std::function<Delivery(const Targets&, const storage::Alert&)>;

  // `database` and `clock` must outlive it.
  Teller(storage::Database& database, const core::Clock& clock, Targets targets,
         TellerOptions options = {}, Send send = alerts::send);

  void start() { periodic_.start(); }
  void stop() { periodic_.stop(); }  // waits for an alert that is on its way

  // One round on the caller's thread; the thread does the same. Throws what the database does.
  void round();

 private:
  storage::AlertOutcome tell(const storage::Alert& alert) const;

  storage::Database& database_;
  const core::Clock& clock_;
  const Targets targets_;
  const TellerOptions options_;
  const Send send_;
  core::Periodic periodic_;  // last: its thread uses what is above
};

}  // namespace tracker::alerts
