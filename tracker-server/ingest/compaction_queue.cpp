#include "ingest/compaction_queue.hpp"

#include <algorithm>
#include <variant>

#include "ingest/meters.hpp"

namespace tracker::ingest {
namespace {

constexpr std::uint32_t kLogBatches = 256;  // small chunks of console lines that are worth joining

}  // namespace

void CompactionQueue::note(const Committed& committed, std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  for (const CommittedFrame& frame : committed.frames) {
    Waiting& waiting = waiting_.try_emplace(frame.run, Waiting{.since_us = now_us}).first->second;
    for (const spool::RowGroup& group : frame.frame->groups) {
      waiting.rows += group.times_us.size();
      waiting.points += group.values.size();
      meters().points.add(group.values.size());
    }
    bool console = false;
    for (const spool::Record& record : frame.frame->records) {
      console = console || std::holds_alternative<spool::Console>(record);
      waiting.ended = waiting.ended || std::holds_alternative<spool::Finish>(record);
    }
    if (console) ++waiting.log_batches;
  }
}

void CompactionQueue::note_end(core::RunId run, std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  waiting_.try_emplace(run, Waiting{.since_us = now_us}).first->second.ended = true;
}

void CompactionQueue::note_found(std::span<const core::RunId> runs, std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  for (const core::RunId& run : runs) waiting_.try_emplace(run, Waiting{.since_us = now_us});
}

std::vector<std::pair<core::RunId, CompactionQueue::Waiting>> CompactionQueue::take_due(
    std::int64_t now_us) {
  std::vector<std::pair<core::RunId, Waiting>> taken;
  const std::lock_guard lock(mutex_);
  std::erase_if(compacted_us_, [&](const auto& compacted) {
    return now_us - compacted.second >= options_.compact_pause_us;
  });
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    if (due(at->first, at->second, now_us)) {
      taken.push_back(*at);
      at = waiting_.erase(at);
    } else {
      ++at;
    }
  }
  return taken;
}

void CompactionQueue::note_compacted(core::RunId run, std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  compacted_us_[run] = now_us;
}

void CompactionQueue::put_back(core::RunId run, const Waiting& waiting) {
  const std::lock_guard lock(mutex_);
  const auto [at, fresh] = waiting_.try_emplace(run, waiting);
  if (fresh) return;
  at->second.log_batches += waiting.log_batches;
  at->second.ended = at->second.ended || waiting.ended;
}

std::chrono::nanoseconds CompactionQueue::rest_after(const Waiting& waiting,
                                                     std::chrono::nanoseconds took) const {
  return waiting.ended || is_large(waiting) ? took.zero() : took;
}

bool CompactionQueue::has_many_log_batches(const Waiting& waiting) {
  return waiting.log_batches >= kLogBatches;
}

CompactionQueue::Size CompactionQueue::size() const {
  const std::lock_guard lock(mutex_);
  Size size{.runs = waiting_.size()};
  for (const auto& [run, waiting] : waiting_)
    size.oldest_us =
        size.oldest_us == 0 ? waiting.since_us : std::min(size.oldest_us, waiting.since_us);
  return size;
}

bool CompactionQueue::is_large(const Waiting& waiting) const {
  return waiting.rows >= options_.compact_rows || waiting.points >= options_.compact_points ||
         has_many_log_batches(waiting);
}

bool CompactionQueue::due(core::RunId run, const Waiting& waiting, std::int64_t now_us) const {
  if (waiting.ended) return now_us >= waiting.since_us;
  if (is_large(waiting)) return true;
  return now_us - waiting.since_us >= options_.compact_age_us && !compacted_us_.contains(run);
}

}  // namespace tracker::ingest
