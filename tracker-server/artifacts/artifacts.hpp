#pragma once

#include "artifacts/collector.hpp"
#include "artifacts/downloads.hpp"
#include "artifacts/uploads.hpp"
#include "core/clock.hpp"
#include "storage/database.hpp"

namespace tracker::artifacts {

// What one server has of artifacts. `store` is where chunks lie that are not in the database; null:
// all are. Everything must outlive it.
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
