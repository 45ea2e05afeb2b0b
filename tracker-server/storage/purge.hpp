#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/ids.hpp"
#include "storage/database.hpp"

// Removing the data of deleted runs. Rules: docs/storage.md, "Deletion".
namespace tracker::storage {

// Deleted runs whose grace period is over, the earliest first, 1,000 at most.
std::vector<core::RunId> runs_to_purge(PgConnection& connection, std::int64_t now_us);

struct Purged {
  std::size_t rows = 0;  // chunks of all kinds
  bool done = false;     // nothing of the run is left
  bool busy = false;     // somebody else purges or compacts it: nothing was done
};

// One step: begins the purge, removes at most `batch` chunks, or, when there are none, the run
// itself. A transaction of its own, a second or less. May be killed anywhere and called again, by
// any server: call it until done or busy. A run that is not due is left alone (done).
Purged purge_step(PgConnection& connection, core::RunId run, std::int64_t now_us,
                  std::size_t batch = 1'000);

// Removes deleted projects that have no run left, with their keys. How many.
std::size_t purge_projects(PgConnection& connection);

// Makes the room of removed rows usable for new ones, and gives back what lies at the ends of the
// tables. Takes no lock that a reader or writer waits for. Minutes for a large database.
void vacuum_chunks(Database& database);

}  // namespace tracker::storage
