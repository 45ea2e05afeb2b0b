#include "ingest/compactor.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <vector>

#include "core/log_text.hpp"
#include "core/time.hpp"
#include "ingest/meters.hpp"
#include "storage/compaction.hpp"
#include "storage/frame_ring.hpp"
#include "storage/log_chunks.hpp"
#include "storage/quarantine.hpp"

namespace tracker::ingest {
namespace {

constexpr std::int64_t kAskUs = 30 * core::kSecondUs;
constexpr std::int64_t kRetryUs = 2 * core::kSecondUs;
constexpr std::int64_t kRingUs = 2 * core::kSecondUs;
// Data faults in a row until the frames at fault are set aside: a data fault stays, but two servers
// of which one is about to be replaced may differ in what they can read.
constexpr int kDataFaults = 3;

}  // namespace

Compactor::Compactor(storage::Database& database, const core::Clock& clock,
                     const IngestOptions& options)
    : database_(database), clock_(clock), options_(options), queue_(options) {}

Compactor::~Compactor() { stop(); }

void Compactor::start() {
  thread_ = std::jthread([this] { work(); });
}

void Compactor::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Compactor::note(const Committed& committed) { queue_.note(committed, clock_.steady_us()); }

void Compactor::note_end(core::RunId run) { queue_.note_end(run, clock_.steady_us()); }

void Compactor::work() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, options_.compact_interval, [this] { return stopping_; });
      if (stopping_) return;
    }
    try {
      round();
    } catch (const std::exception& error) {
      spdlog::warn("event=compaction_round_failed error={}", core::quoted(error.what()));
    }
  }
}

void Compactor::round() {
  const std::int64_t now = clock_.steady_us();
  if (asked_us_ == 0 || now - asked_us_ >= kAskUs) {
    ask_database();
    asked_us_ = now;
  }
  measure();
  for (const auto& [run, waiting] : queue_.take_due(now)) {
    const auto began = std::chrono::steady_clock::now();
    compact(run, waiting);
    const auto took = std::chrono::steady_clock::now() - began;
    // What is left after a stop is found by asking the database.
    if (rest(queue_.rest_after(waiting, took))) return;
  }
  measure();
  if (ring_checked_us_ == 0 || now - ring_checked_us_ >= kRingUs) {
    storage::maintain_frame_ring(database_, clock_.now_us());
    ring_checked_us_ = now;
  }
}

void Compactor::ask_database() {
  std::vector<core::RunId> runs;
  {
    const storage::Database::PgLease connection = database_.pg();
    runs = storage::runs_to_compact(*connection);
    look_at_quarantine(*connection);
  }
  queue_.note_found(runs, clock_.steady_us());
}

// Said once a start, so that nobody forgets them.
void Compactor::look_at_quarantine(storage::PgConnection& connection) {
  const std::int64_t frames = storage::count_quarantined(connection);
  meters().quarantined_frames.set(frames);
  if (frames > 0 && asked_us_ == 0) spdlog::error("event=quarantine_not_empty frames={}", frames);
}

void Compactor::measure() {
  const CompactionQueue::Size size = queue_.size();
  meters().waiting_runs.set(static_cast<std::int64_t>(size.runs));
  meters().waiting_since_us.set(size.oldest_us);
}

// True when the compactor is to stop.
bool Compactor::rest(std::chrono::steady_clock::duration time) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [this] { return stopping_; });
}

void Compactor::compact(core::RunId run, const CompactionQueue::Waiting& waiting) {
  std::uint32_t batches_left = waiting.log_batches;
  bool again = false;
  const auto began = std::chrono::steady_clock::now();
  std::int64_t wait = options_.compact_age_us;  // an ended run's, until it is tried again
  try {
    const storage::Database::PgLease connection = database_.pg();
    again = !compact_frames(*connection, run);
    if (!again) queue_.note_compacted(run, clock_.steady_us());
    if (waiting.ended || CompactionQueue::has_many_log_batches(waiting)) {
      batches_left = 0;
      storage::merge_log_chunks(*connection, run);
    }
    meters().compactions.add();
    meters().compaction_time.observe(std::chrono::steady_clock::now() - began);
  } catch (const std::exception& error) {
    meters().compaction_failures.add();
    spdlog::error("event=compaction_failed run={} error={}", run.text(),
                  core::quoted(error.what()));
    if (!storage::is_data_fault(error)) {
      again = true;
      wait = kRetryUs;
    }
    if (again) batches_left = waiting.log_batches;
  }
  if (again || batches_left > 0)
    queue_.put_back(run, {.since_us = clock_.steady_us() + (waiting.ended ? wait : 0),
                          .log_batches = batches_left,
                          .ended = waiting.ended});
}

// Whether nothing is left to be compacted. Throws what is no data fault.
bool Compactor::compact_frames(storage::PgConnection& connection, core::RunId run) {
  try {
    storage::Compacted done;
    do {
      done = storage::compact_run(connection, run);
      meters().compacted_frames.add(done.frames);
      meters().compacted_points.add(done.points);
    } while (done.more && !done.busy);
    data_faults_.erase(run);
    return true;
  } catch (const std::exception& error) {
    if (!storage::is_data_fault(error)) throw;
    meters().compaction_failures.add();
    const int faults = ++data_faults_[run];
    spdlog::error("event=compaction_failed run={} data_faults={} of={} error={}", run.text(),
                  faults, kDataFaults, core::quoted(error.what()));
    if (faults < kDataFaults) return false;
  }
  for (const storage::SetAside& frame :
       storage::compact_past_bad_frames(connection, run, clock_.now_us()))
    spdlog::error("event=frame_quarantined run={} stream={} from={} to={} error={}", run.text(),
                  frame.stream_id, frame.from, frame.to, core::quoted(frame.reason));
  data_faults_.erase(run);
  return true;
}

}  // namespace tracker::ingest
