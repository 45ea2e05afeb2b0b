#include "ingest/meters.hpp"

#include <algorithm>
#include <utility>

namespace tracker::ingest {
namespace {

constexpr std::pair<RefusalReason, const char*> kReasons[] = {
    {RefusalReason::kUnauthenticated, "unauthenticated"},
    {RefusalReason::kPermissionDenied, "permission_denied"},
    {RefusalReason::kVersion, "version"},
    {RefusalReason::kCorruptFrame, "corrupt_frame"},
    {RefusalReason::kSuperseded, "superseded"},
    {RefusalReason::kRunGone, "run_gone"},
    {RefusalReason::kQuota, "quota"},
    {RefusalReason::kResume, "resume"}};

void write_compaction(metrics::Writer& out, std::int64_t now_us) {
  const Meters& all = meters();
  out.counter("tracker_compactions_total", "Runs compacted.", all.compactions);
  out.counter("tracker_compaction_failures_total", "Compactions of a run that failed.",
              all.compaction_failures);
  out.counter("tracker_compacted_frames_total", "Frames turned into chunks.", all.compacted_frames);
  out.counter("tracker_compacted_points_total", "Points turned into chunks.", all.compacted_points);
  out.histogram("tracker_compaction_seconds", "Time of compacting one run.", all.compaction_time);
  out.gauge("tracker_compaction_waiting_runs", "Runs with frames that are not compacted.",
            all.waiting_runs);
  const auto since = all.waiting_since_us.value();
  const auto lag_us = since == 0 ? 0 : std::max<std::int64_t>(0, now_us - since);
  out.gauge("tracker_compaction_lag_seconds", "How long the oldest of them has waited.",
            static_cast<double>(lag_us) / 1e6);
  out.gauge("tracker_quarantined_frames", "Frames in the quarantine; above 0 somebody should look.",
            all.quarantined_frames);
}

}  // namespace

Meters& meters() noexcept {
  static Meters instance;
  return instance;
}

void count_refusal(RefusalReason reason) noexcept {
  meters().refusals.at(static_cast<std::size_t>(reason)).add();
}

void write_metrics(metrics::Writer& out, std::int64_t now_us) {
  const Meters& all = meters();
  out.counter("tracker_ingest_frames_total", "Frames committed.", all.frames);
  out.counter("tracker_ingest_points_total", "Points committed.", all.points);
  out.counter("tracker_ingest_payload_bytes_total", "Bytes of frames committed, as sent.",
              all.payload_bytes);
  out.counter("tracker_ingest_commits_total", "Group commits.", all.commits);
  out.counter("tracker_ingest_commit_retries_total", "Group commits that had to be tried again.",
              all.commit_retries);
  out.counter("tracker_ingest_commits_given_up_total",
              "Group commits given up; their streams were closed.", all.commits_given_up);
  out.histogram("tracker_ingest_commit_frames", "Frames of one group commit.", all.group_frames);
  out.histogram("tracker_ingest_commit_seconds", "Time of a group commit in the database.",
                all.commit_time);
  out.histogram("tracker_ingest_ack_seconds",
                "From a frame's arrival to its acknowledgement; per acknowledgement the longest.",
                all.ack_time);
  out.gauge("tracker_ingest_queue_bytes", "Bytes of frames that wait for a commit.",
            all.queue_bytes);
  out.family("tracker_ingest_refusals_total", "Streams refused for good.",
             metrics::Writer::Type::kCounter);
  for (const auto& [reason, name] : kReasons)
    out.sample({{"reason", name}}, all.refusals.at(static_cast<std::size_t>(reason)).value());
  write_compaction(out, now_us);
}

}  // namespace tracker::ingest
