#pragma once

#include <cstdint>
#include <vector>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "core/periodic.hpp"
#include "core/time.hpp"
#include "storage/database.hpp"

// Removes, in the background of a server, the data of deleted runs whose grace period is over, and
// what projects do not keep any longer, and old entries of the audit log. Rules: docs/storage.md,
// "Deletion" and "Retention". Any number of servers of one database may run one; each run is worked
// on by one of them. It may be killed anywhere: the next one goes on.
namespace tracker::admin {

struct JanitorOptions {
  std::int64_t interval_us = core::kMinuteUs;             // between looks for runs to remove
  std::int64_t retention_us = 60 * core::kMinuteUs;       // between looks for what is past its time
  std::int64_t grace_us = 7 * 24 * 60 * core::kMinuteUs;  // of runs that retention deletes
  std::int64_t audit_us = std::int64_t{400} * 24 * 60 * core::kMinuteUs;  // entries are kept for
};

class Janitor {
 public:
  // `database` and `clock` must outlive it.
  Janitor(storage::Database& database, const core::Clock& clock, JanitorOptions options = {});

  void start() { periodic_.start(); }
  void stop() { periodic_.stop(); }  // waits for the step that runs, not for the whole work

  // One round on the caller's thread; the thread does the same. Throws what the database does.
  void round();

 private:
  void apply_retention(std::int64_t now_us);
  void delete_expired(const std::vector<core::RunId>& runs, std::int64_t now_us);
  std::size_t purge(std::int64_t now_us);
  void drop_audit(std::int64_t now_us);
  void drop_media();

  storage::Database& database_;
  const core::Clock& clock_;
  const JanitorOptions options_;
  std::int64_t retention_checked_us_ = 0;  // the janitor's thread only
  bool purged_ = true;                     // likewise: a run has gone since the last look at media
  core::Periodic periodic_;                // last: its thread uses what is above
};

}  // namespace tracker::admin
