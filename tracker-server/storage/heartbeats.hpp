#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.hpp"
#include "storage/database.hpp"

// Signs of life, and runs that show none. Timing: docs/ingest-protocol.md.
namespace tracker::storage {

// Notes a sign of life for each of the writers.
void note_alive(Database& database, std::span<const std::int64_t> stream_ids, std::int64_t now_us);

// Settles the running runs none of whose writers that count (core::life_of) was seen within
// core::kHeartbeatTimeoutUs; those that changed.
std::vector<core::RunId> sweep_silent_runs(Database& database, std::int64_t now_us);

}  // namespace tracker::storage
