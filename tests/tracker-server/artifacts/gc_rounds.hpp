#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "artifacts/chunk_store.hpp"
#include "storage/database.hpp"

// Uploads, deletions and collections of garbage that run against each other on one database. What
// each does is decided by the seed; how they meet is up to the scheduler.
namespace tracker::artifacts {

struct GcRound {
  std::size_t versions = 0, chunks = 0;  // that were read back whole
  std::size_t collected = 0;             // chunks that went meanwhile
  std::string failure;                   // empty: nothing was lost, and nothing was left over
};

// Uploaders commit versions made of a small common stock of chunks, so that each chunk comes, goes
// and comes again; a deleter deletes some at once; collectors collect all the time. At the end
// every version that was committed and not deleted is read back, then all are deleted, and no chunk
// may be left, nor any object of the store. `store`: where chunks lie; null: in the database.
GcRound run_gc_round(storage::Database& database, std::uint64_t seed, ChunkStore* store = nullptr);

}  // namespace tracker::artifacts
