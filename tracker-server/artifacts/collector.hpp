#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "artifacts/chunk_store.hpp"
#include "core/clock.hpp"
#include "core/periodic.hpp"
#include "storage/database.hpp"

// The collection of garbage: a thread that deletes versions whose time is over, and removes what
// nobody holds any more, in small steps. Safe beside uploads, commits, and the collectors of other
// servers: each step is a transaction, and who is killed between two leaves nothing but work.
// Rules: docs/artifacts.md, "Deletion" and "Garbage collection".
namespace tracker::artifacts {

struct CollectorOptions {
  std::int64_t interval_us = std::int64_t{60} * 1'000'000;
  // Chunks are looked at when something was removed that may have held some, and as often as this.
  std::int64_t sweep_us = std::int64_t{3600} * 1'000'000;
  std::int64_t grace_us = std::int64_t{7} * 24 * 3600 * 1'000'000;  // of versions that expire
  std::size_t chunks_at_once = 1'000;                               // looked at in one transaction
};

struct Collected {
  std::size_t retired = 0, uploads = 0, versions = 0, collections = 0, chunks = 0, objects = 0;
  std::uint64_t bytes = 0;  // of chunks
};

class Collector {
 public:
  // `store`: where chunks lie outside the database; null: nowhere. All must outlive it.
  Collector(storage::Database& database, const core::Clock& clock, ChunkStore* store,
            CollectorOptions options = {});

  // A round at once, then one each interval. What fails is in the log, and tried again.
  void start() { periodic_.start(); }
  void stop() { periodic_.stop(); }

  // One round, on the caller's thread, not beside the collector's own. Takes as long as there is
  // something to remove, a connection of the database with it; stop() ends it between two steps.
  // Throws PgError, Error(kUnavailable) of the database or the store; what was done before stays
  // done.
  Collected round();

 private:
  void collect(Collected& out);
  void sweep(storage::PgConnection& connection, std::int64_t now_us, Collected& out);
  void remove_objects(Collected& out);

  storage::Database& database_;
  const core::Clock& clock_;
  ChunkStore* const store_;
  const CollectorOptions options_;
  std::int64_t swept_us_ = 0;  // on the steady clock; 0: never
  core::Periodic periodic_;    // last: its thread uses the rest
};

}  // namespace tracker::artifacts
