#pragma once

#include <cstdint>
#include <string>

#include "core/ids.hpp"
#include "storage/database.hpp"

// A database full of series, quickly: sealed chunks, pyramid and statistics as compaction writes
// them, without frames. Of each run the keys `loss` (noise in float32) and, if asked for, `tokens`
// (rising), steps from 0, times 250 ms apart with a jitter.
namespace tracker::bench {

struct FillShape {
  std::int64_t points = 1'000'000;  // of a key; in whole chunks of 4,096
  std::int64_t rest = 0;            // of them behind the last full chunk
  bool tokens = false;
};

core::RunId fill_run(storage::Database& database, const FillShape& shape, std::uint32_t seed);

// Frames of 100 points behind those, committed and not compacted.
void add_tail(storage::Database& database, core::RunId run, std::int64_t first_step, int frames);

}  // namespace tracker::bench
