#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "ingest/ingest.hpp"

// Which runs wait for compaction, and which of them are due: when some chunks of rows wait, when
// they have waited long enough, and when the run ends. A run that logs all the time, slowly, is
// compacted once a minute: each time costs some statements a key, however few rows there are. A
// hint from this server's commits: it is not durable, the database is asked for what it lacks.
// Times are the steady clock's. Any thread.
namespace tracker::ingest {

class CompactionQueue {
 public:
  struct Waiting {
    std::int64_t since_us = 0;
    std::uint64_t rows = 0, points = 0;
    std::uint32_t log_batches = 0;
    bool ended = false;
  };
  struct Size {
    std::size_t runs = 0;
    std::int64_t oldest_us = 0;  // 0: none waits
  };

  // `options` must outlive it.
  explicit CompactionQueue(const IngestOptions& options) : options_(options) {}

  void note(const Committed& committed, std::int64_t now_us);
  void note_end(core::RunId run, std::int64_t now_us);
  // Runs with frames that nobody may have noted here.
  void note_found(std::span<const core::RunId> runs, std::int64_t now_us);

  // Out of the queue, in the order of their ids.
  std::vector<std::pair<core::RunId, Waiting>> take_due(std::int64_t now_us);
  void note_compacted(core::RunId run, std::int64_t now_us);
  // What was taken and could not be done, or is left: its `since_us` may lie in the future.
  void put_back(core::RunId run, const Waiting& waiting);

  // How long to rest after a run that took so long. As runs that began together are due together,
  // small ones have half of the time at most; many rows and ended runs do not wait.
  std::chrono::nanoseconds rest_after(const Waiting& waiting, std::chrono::nanoseconds took) const;
  // Whether its small chunks of console lines are worth joining.
  static bool has_many_log_batches(const Waiting& waiting);

  Size size() const;

 private:
  bool is_large(const Waiting& waiting) const;
  bool due(core::RunId run, const Waiting& waiting, std::int64_t now_us) const;

  const IngestOptions& options_;
  mutable std::mutex mutex_;  // guards what follows
  std::map<core::RunId, Waiting> waiting_;
  std::unordered_map<core::RunId, std::int64_t> compacted_us_;  // within compact_pause_us
};

}  // namespace tracker::ingest
