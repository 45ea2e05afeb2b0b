#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/ids.hpp"
#include "storage/database.hpp"

// The tables that runs are filtered and sorted by, kept up with the runs. Rules: docs/storage.md,
// Run attributes.
namespace tracker::storage {

enum class Urgency { kWhenDue, kAtOnce };

// Inside the caller's transaction: the run's config, summary, definitions or statistics changed.
// Waits for nobody.
void mark_attributes(PgConnection& connection, core::RunId run, Urgency urgency);

// Marked runs that may be refreshed now, longest marked first.
std::vector<core::RunId> runs_to_refresh(PgConnection& connection, std::int64_t now_us,
                                         std::size_t limit);

// Writes the attributes of a run that differ from those stored, in one transaction that also takes
// its marks away. Idempotent, from any server; false if somebody else does it now. Errors: PgError.
bool refresh_attributes(PgConnection& connection, core::RunId run, std::int64_t now_us);

}  // namespace tracker::storage
