#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "spool/record.hpp"
#include "storage/database.hpp"

// Alerts of runs: kept for good, and told to people once. Rules: docs/storage.md, "Alerts".
namespace tracker::storage {

enum class AlertState : std::uint8_t {
  kDue = 0,     // to be told
  kTold = 1,    //
  kQuiet = 2,   // one of this run and title was told, or is due, within its quiet time
  kFailed = 3,  // given up; `outcome` says why
};

struct Alert {
  std::int64_t id = 0;
  core::RunId run;
  std::string project, run_name;
  std::int64_t time_us = 0;
  spool::AlertLevel level = spool::AlertLevel::kInfo;
  std::string title, text;
  AlertState state = AlertState::kDue;
  std::int32_t attempts = 0;
  std::string outcome;
  std::vector<std::string> told;  // targets that have it already, of one that was taken
};

// Inside the transaction that commits the records.
void insert_alerts(PgConnection& connection, core::RunId run,
                   const std::vector<const spool::Alert*>& alerts, std::int64_t now_us);

// Newest first. Any thread. Error(kUnavailable).
std::vector<Alert> list_alerts(Database& database, core::RunId run, std::size_t limit);

// Takes what is due for `hold_us`, oldest first: no other server takes it meanwhile, and whoever is
// killed leaves it to be taken again. So an alert is told at least once. PgError.
std::vector<Alert> take_due_alerts(PgConnection& connection, std::int64_t now_us,
                                   std::int64_t hold_us, std::size_t limit);

// Gives up those that arrived before `before_us` and that nobody has ever taken: `outcome` says
// why. How many. PgError.
std::size_t give_up_untaken_alerts(PgConnection& connection, std::int64_t before_us,
                                   std::string_view outcome);

// What became of one that was taken: told, given up, or (kDue) to be tried again at `next_us`.
struct AlertOutcome {
  std::int64_t id = 0;
  AlertState state = AlertState::kTold;
  std::int64_t next_us = 0;
  std::string outcome;
  std::vector<std::string> told{};  // all targets that have it
};
void settle_alert(PgConnection& connection, const AlertOutcome& outcome);

}  // namespace tracker::storage
