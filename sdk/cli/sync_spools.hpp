#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace tracker::cli {

// Which spools: those that no server has taken yet, or those as well that were delivered and are
// still there, because a server may have lost what it had (an older database was restored).
enum class SyncWhich { kUndelivered, kAll };

// A spool to deliver, and where to.
struct SyncJob {
  std::filesystem::path directory;  // the writer's
  std::string name, project, server;
  SyncWhich which = SyncWhich::kUndelivered;
  std::uint64_t acked = 0, end = 0;  // offsets of its log, as far as they are known beforehand
};

struct SyncResult {
  enum class Kind { kDelivered, kLive, kUndelivered, kLeft };
  Kind kind = Kind::kUndelivered;
  std::string message;  // for kUndelivered: why, with the remedy. kLeft: stopped as asked
};

// The wanted spools under `directories`, oldest first. `server` is where they
// go; empty: each to the server it was logged for, or to `fallback`. A spool that cannot be
// understood is reported through `unreadable`.
struct SyncPlan {
  std::vector<std::filesystem::path> directories;
  std::string server, fallback;
  SyncWhich which = SyncWhich::kUndelivered;
  std::function<void(const std::string&)> unreadable;
};
std::vector<SyncJob> jobs_of(const SyncPlan& plan);

// Delivers one spool. A relay that is at it already is woken and waited for, unless its writer
// lives: that one is left to it. A writer that died without an end is recorded as crashed. Never
// throws.
SyncResult sync_spool(const SyncJob& job, const std::stop_token& stop,
                      const std::function<void(std::uint64_t acked)>& progress);

// Runs `work` for each job, at most `parallel` at a time, in order; returns when all are done.
void for_each_in_parallel(const std::vector<SyncJob>& jobs, std::size_t parallel,
                          const std::function<void(const SyncJob&)>& work);

}  // namespace tracker::cli
