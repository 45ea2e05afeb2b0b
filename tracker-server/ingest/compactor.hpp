#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "ingest/ingest.hpp"
#include "storage/database.hpp"

// Compacts runs in the background: when some chunks of rows wait, when they have waited long
// enough, and when the run ends. A run that logs all the time, slowly, is compacted once a minute:
// each time costs some statements a key, however few rows there are; and as runs that began
// together are due together, these are taken at a pace: half of the time at most. What it knows is
// a hint from this server's commits; every half minute the database is asked for what others left.
// A run that fails by its data several times in a row is compacted frame by frame, and the frames
// at fault go into the quarantine (docs/storage.md).
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
  struct Waiting {
    std::int64_t since_us = 0;
    std::uint64_t rows = 0, points = 0;
    std::uint32_t log_batches = 0;
    bool ended = false;
  };

  void work();
  void ask_database();
  bool rest(std::chrono::steady_clock::duration time);
  bool is_large(const Waiting& waiting) const;
  bool due(core::RunId run, const Waiting& waiting, std::int64_t now_us) const;
  void look_at_quarantine(storage::PgConnection& connection);
  void compact(core::RunId run, const Waiting& waiting);
  bool compact_frames(storage::PgConnection& connection, core::RunId run);
  void put_back(core::RunId run, Waiting waiting);
  void measure();

  storage::Database& database_;
  const core::Clock& clock_;
  const IngestOptions& options_;
  std::int64_t asked_us_ = 0;                                   // the compactor's thread only
  std::int64_t ring_checked_us_ = 0;                            // likewise
  std::map<core::RunId, int> data_faults_;                      // likewise; in a row
  std::unordered_map<core::RunId, std::int64_t> compacted_us_;  // likewise; within compact_pause_us

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::map<core::RunId, Waiting> waiting_;
  bool stopping_ = false;
  std::jthread thread_;
};

}  // namespace tracker::ingest
