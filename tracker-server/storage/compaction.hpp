#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/ids.hpp"
#include "storage/database.hpp"

// Frames into chunks. Rules: docs/storage.md.
namespace tracker::storage {

struct Compacted {
  bool busy = false;  // somebody else compacts this run: nothing was done
  bool more = false;  // frames are left: call again
  std::size_t frames = 0;
  std::uint64_t points = 0;
};

// What one pass takes at most; always at least one frame.
struct CompactLimits {
  std::int32_t frames = 8'192;
  std::int64_t payload_bytes = 8 << 20;
};

// Compacts frames of a run, the oldest first, in one transaction: all of it happened or nothing.
// Chunks of a run that has ended are merged. Idempotent, from any server. Throws PgError, and
// Error(kDataLoss) when stored bytes do not decode; what to do when that stays so:
// storage/quarantine.hpp.
Compacted compact_run(PgConnection& connection, core::RunId run, const CompactLimits& limits = {});

// Runs that have frames which are not compacted.
std::vector<core::RunId> runs_to_compact(PgConnection& connection);

}  // namespace tracker::storage
