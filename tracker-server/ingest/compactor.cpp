#include "ingest/compactor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <variant>
#include <vector>

#include "core/time.hpp"
#include "storage/compaction.hpp"
#include "storage/frame_ring.hpp"
#include "storage/log_chunks.hpp"

namespace tracker::ingest {
namespace {

constexpr std::int64_t kAskUs = 30 * core::kSecondUs;
constexpr std::int64_t kRingUs = 2 * core::kSecondUs;
constexpr std::uint32_t kLogBatches = 256;  // small chunks of console lines that are worth joining

std::uint64_t points_of(const spool::Frame& frame) {
  std::uint64_t points = 0;
  for (const spool::RowGroup& group : frame.groups) points += group.values.size();
  return points;
}

}  // namespace

Compactor::Compactor(storage::Database& database, const core::Clock& clock,
                     const IngestOptions& options)
    : database_(database), clock_(clock), options_(options) {}

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

void Compactor::note(const Committed& committed) {
  const std::int64_t now = clock_.now_us();
  const std::lock_guard lock(mutex_);
  for (const CommittedFrame& frame : committed.frames) {
    Waiting& waiting = waiting_.try_emplace(frame.run, Waiting{.since_us = now}).first->second;
    waiting.points += points_of(*frame.frame);
    bool console = false;
    for (const spool::Record& record : frame.frame->records) {
      console = console || std::holds_alternative<spool::Console>(record);
      waiting.ended = waiting.ended || std::holds_alternative<spool::Finish>(record);
    }
    if (console) ++waiting.log_batches;
  }
}

void Compactor::note_end(core::RunId run) {
  const std::lock_guard lock(mutex_);
  waiting_.try_emplace(run, Waiting{.since_us = clock_.now_us()}).first->second.ended = true;
}

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
      spdlog::warn("compaction round failed error=\"{}\"", error.what());
    }
  }
}

void Compactor::round() {
  const std::int64_t now = clock_.now_us();
  if (asked_us_ == 0 || now - asked_us_ >= kAskUs) {
    ask_database();
    asked_us_ = now;
  }
  std::vector<std::pair<core::RunId, Waiting>> due_now;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = waiting_.begin(); at != waiting_.end();) {
      if (due(at->second, now)) {
        due_now.push_back(*at);
        at = waiting_.erase(at);
      } else {
        ++at;
      }
    }
  }
  for (const auto& [run, waiting] : due_now) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;  // what is left is found by asking the database
    }
    compact(run, waiting);
  }
  if (ring_checked_us_ == 0 || now - ring_checked_us_ >= kRingUs) {
    storage::maintain_frame_ring(database_, now);
    ring_checked_us_ = now;
  }
}

void Compactor::ask_database() {
  const std::vector<core::RunId> runs = storage::runs_to_compact(*database_.pg());
  const std::int64_t now = clock_.now_us();
  const std::lock_guard lock(mutex_);
  for (const core::RunId& run : runs) waiting_.try_emplace(run, Waiting{.since_us = now});
}

bool Compactor::due(const Waiting& waiting, std::int64_t now_us) const {
  return waiting.ended || waiting.points >= options_.compact_points ||
         waiting.log_batches >= kLogBatches || now_us - waiting.since_us >= options_.compact_age_us;
}

void Compactor::compact(core::RunId run, const Waiting& waiting) {
  try {
    const storage::Database::PgLease connection = database_.pg();
    storage::Compacted done;
    do {
      done = storage::compact_run(*connection, run);
    } while (done.more && !done.busy);
    if (waiting.ended || waiting.log_batches >= kLogBatches)
      storage::merge_log_chunks(*connection, run);
    else if (waiting.log_batches > 0)
      put_back(run, {.since_us = clock_.now_us(), .log_batches = waiting.log_batches});
  } catch (const std::exception& error) {
    spdlog::error("compaction failed run={} error=\"{}\"", run.text(), error.what());
    put_back(run, {.since_us = clock_.now_us(), .log_batches = waiting.log_batches});
  }
}

void Compactor::put_back(core::RunId run, Waiting waiting) {
  const std::lock_guard lock(mutex_);
  const auto [at, fresh] = waiting_.try_emplace(run, waiting);
  if (!fresh) at->second.log_batches += waiting.log_batches;
}

}  // namespace tracker::ingest
