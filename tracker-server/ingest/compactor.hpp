#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "ingest/compaction_queue.hpp"
#include "ingest/ingest.hpp"
#include "storage/database.hpp"

// Compacts in the background what CompactionQueue says is due, one run at a time, at its pace.
// Every half minute the database is asked for what others left. A run that fails by its data
// several times in a row is compacted frame by frame, and the frames at fault go into the
// quarantine (docs/storage.md).
namespace tracker::ingest {

class Compactor {
 public:
  Compactor(storage::Database& database, const core::Clock& clock, const IngestOptions& options);
  ~Compactor();  // stop()

  void start();
  void stop();

  // What was committed. Any thread; does not block.
  void note(const Committed& committed);
  // The run ended: what it left is compacted and merged soon.
  void note_end(core::RunId run);

  // One round on the caller's thread: what is due now. For tests; the thread does the same.
  void round();

 private:
  void work();
  void ask_database();
  bool rest(std::chrono::steady_clock::duration time);
  void look_at_quarantine(storage::PgConnection& connection);
  void compact(core::RunId run, const CompactionQueue::Waiting& waiting);
  bool compact_frames(storage::PgConnection& connection, core::RunId run);
  void measure();

  storage::Database& database_;
  const core::Clock& clock_;
  const IngestOptions& options_;
  std::int64_t asked_us_ = 0;               // the compactor's thread only
  std::int64_t ring_checked_us_ = 0;        // likewise
  std::map<core::RunId, int> data_faults_;  // likewise; in a row
  CompactionQueue queue_;

  std::mutex mutex_;  // guards stopping_
  std::condition_variable changed_;
  bool stopping_ = false;
  std::jthread thread_;
};

}  // namespace tracker::ingest
