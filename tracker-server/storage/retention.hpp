#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "storage/database.hpp"

// How long a project keeps what was logged to it, counted from the end of the run. A running run
// loses nothing. Rules: docs/storage.md, "Retention".
namespace tracker::storage {

// Absent: for ever.
struct RetentionPolicy {
  std::optional<std::int64_t> runs_us, system_us, logs_us;
};

// Throw Error(kNotFound) for an unknown project.
RetentionPolicy retention_of(Database& database, std::string_view project);
void set_retention(Database& database, std::string_view project, const RetentionPolicy& policy);

// What is past its time, 1,000 of each at most. A run that was brought back by hand is never in
// `runs`.
struct Expired {
  std::vector<core::RunId> runs;
  std::vector<core::RunId> system;  // runs whose system metrics are
  std::vector<core::RunId> logs;    // runs whose console lines are
};
Expired find_expired(PgConnection& connection, std::int64_t now_us);

// Remove the system metrics, or the console lines, of a run that has ended. A transaction of its
// own: all of it happened or nothing. How many chunks; 0 when the run is running again, has data
// that wait to be compacted, or is being compacted.
std::size_t drop_system_metrics(PgConnection& connection, core::RunId run);
std::size_t drop_console(PgConnection& connection, core::RunId run);

}  // namespace tracker::storage
