#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "storage/pg.hpp"

// What happens to a frame that was acknowledged and that no compaction can take: it must not hold
// its run's data, and with them the ring of frames, for ever. Rules: docs/storage.md, "Quarantine".
namespace tracker::storage {

struct SetAside {
  std::int64_t stream_id = 0, from = 0, to = 0;
  std::string reason;
};

// Is the error about what is stored, so that trying again gives the same one?
bool is_data_fault(const std::exception& error) noexcept;

// Compacts what waits of a run frame by frame, each in a transaction of its own. A frame that fails
// with a data fault is moved into frame_quarantine, and its writer is sealed behind it. Returns
// those that were moved, each of which the caller is to report. Ends early when somebody else
// compacts the run. Throws PgError and Error for other faults; what was done before stays.
std::vector<SetAside> compact_past_bad_frames(PgConnection& connection, core::RunId run,
                                              std::int64_t now_us);

// Frames that lie in the quarantine, of all runs.
std::int64_t count_quarantined(PgConnection& connection);

}  // namespace tracker::storage
