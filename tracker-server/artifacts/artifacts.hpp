#pragma once

#include "artifacts/collector.hpp"
#include "artifacts/downloads.hpp"
#include "artifacts/uploads.hpp"
#include "core/clock.hpp"
#include "storage/database.hpp"

namespace tracker::artifacts {

// What one server has of artifacts: three that know nothing of each other, and of other servers
// only through the database. `store` is where chunks lie that are not in the database; null: all
// are. Everything must outlive it. Any thread may use uploads and downloads; the collector's owner
// starts and stops it.
struct Artifacts {
  Artifacts(storage::Database& database, const core::Clock& clock, ChunkStore* store)
      : uploads(database, clock, store),
        downloads(database, store),
        collector(database, clock, store) {}

  Uploads uploads;
  Downloads downloads;
  Collector collector;
};

}  // namespace tracker::artifacts
