#pragma once

#include "core/clock.hpp"
#include "http/live_hub.hpp"
#include "storage/database.hpp"

namespace tracker::http {

// The live hub's ways to the database. Both arguments outlive them.
LiveReaders make_live_readers(storage::Database& database, const core::Clock& clock);

}  // namespace tracker::http
