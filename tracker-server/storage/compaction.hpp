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

// Compacts frames of a run, a few megabytes at most, in one transaction: all of it happened or
// nothing. Chunks of a run that has ended are merged. Idempotent, from any server. Throws PgError,
// and Error(kDataLoss) when stored bytes do not decode.
Compacted compact_run(PgConnection& connection, core::RunId run);

// Runs that have frames which are not compacted.
std::vector<core::RunId> runs_to_compact(PgConnection& connection);

}  // namespace tracker::storage
