#pragma once

#include <array>
#include <cstdint>

#include "ingest/stream_state.hpp"
#include "metrics/meters.hpp"
#include "metrics/writer.hpp"

// What ingest and compaction count (docs/server.md, "Metrics").
namespace tracker::ingest {

struct Meters {
  metrics::Counter frames, points, payload_bytes;  // committed
  metrics::Counter commits, commit_retries, commits_given_up;
  metrics::Histogram group_frames{{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1'024, 4'096}, 1};
  metrics::TimeHistogram commit_time;
  metrics::TimeHistogram ack_time;  // of each acknowledgement, for the frame that waited longest
  metrics::Gauge queue_bytes;
  // By RefusalReason; kResume is the last.
  std::array<metrics::Counter, static_cast<std::size_t>(RefusalReason::kResume) + 1> refusals;

  metrics::Counter compactions, compaction_failures, compacted_frames, compacted_points;
  metrics::TimeHistogram compaction_time;
  metrics::Gauge waiting_runs;
  metrics::Gauge waiting_since_us;    // of the run that has waited longest; 0: none waits
  metrics::Gauge quarantined_frames;  // in the database, as last looked at
};

// The process's.
Meters& meters() noexcept;
void count_refusal(RefusalReason reason) noexcept;
void write_metrics(metrics::Writer& out, std::int64_t now_us);

}  // namespace tracker::ingest
