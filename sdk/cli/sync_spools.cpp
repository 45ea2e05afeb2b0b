#include "cli/sync_spools.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <optional>
#include <thread>
#include <variant>

#include <tracker/error.hpp>

#include "relay/relay.hpp"
#include "spool/control.hpp"
#include "spool/layout.hpp"
#include "spool/reader.hpp"
#include "spool/release.hpp"
#include "spool/segment.hpp"

namespace tracker::cli {
namespace {

namespace fs = std::filesystem;
constexpr std::chrono::seconds kSyncPatience{
    30};  // without a word from the server, or from a relay that holds the log
constexpr std::chrono::milliseconds kLockPoll{400};

bool is_done(const SyncJob& job) {
  return job.which == SyncWhich::kUndelivered && spool::is_delivered(job.directory);
}

SyncResult failed(const std::string& why) { return {SyncResult::Kind::kUndelivered, why}; }

// The lock, or what became of the log while its relay held it. Each try wakes that relay.
std::variant<spool::RelayLock, SyncResult> take_lock(const SyncJob& job,
                                                     const std::stop_token& stop) {
  const auto deadline = std::chrono::steady_clock::now() + kSyncPatience;
  for (;;) {
    if (stop.stop_requested()) return SyncResult{SyncResult::Kind::kLeft, ""};
    auto lock = spool::RelayLock::try_acquire(job.directory);
    if (is_done(job)) return SyncResult{SyncResult::Kind::kDelivered, ""};
    if (lock) return *std::move(lock);
    if (spool::writer_alive(job.directory)) return SyncResult{SyncResult::Kind::kLive, ""};
    if (std::chrono::steady_clock::now() > deadline) {
      const std::string why = spool::Control(job.directory).relay_message();
      return failed(why.empty() ? "its relay is still at it: try again later" : why);
    }
    std::this_thread::sleep_for(kLockPoll);
  }
}

SyncResult result_of(const relay::Report& report) {
  switch (report.outcome) {
    case relay::Outcome::kDelivered:
    case relay::Outcome::kSuperseded:
      return {SyncResult::Kind::kDelivered, ""};
    case relay::Outcome::kCaughtUp:
      return {SyncResult::Kind::kLive, ""};
    case relay::Outcome::kStopped:
      return {SyncResult::Kind::kLeft, ""};
    default:
      return failed(report.message);
  }
}

// How much there is to send, for the progress that is shown. The last segment alone is read. A log
// that cannot be read, or one that is shorter than was acknowledged, is its delivery's to tell of.
void measure(SyncJob& job) {
  const auto bases = spool::list_segments(job.directory);
  if (bases.empty()) return;
  try {
    spool::Reader reader(job.directory, bases.back());
    job.end = spool::to_bytes(bases.back());
    for (auto next = reader.next(); const auto* entry = std::get_if<spool::Entry>(&next);
         next = reader.next()) {
      job.end = spool::to_bytes(entry->next);
    }
  } catch (const Error&) {
    job.end = spool::to_bytes(bases.back());
  }
  if (const auto control = spool::read_control(job.directory))
    job.acked = std::min(job.end, spool::to_bytes(control->acked));
}

}  // namespace

std::vector<SyncJob> jobs_of(const SyncPlan& plan) {
  std::vector<SyncJob> jobs;
  for (const auto& root : plan.directories) {
    for (const auto& directory : spool::list_writers(root)) {
      try {
        if (plan.which == SyncWhich::kUndelivered && spool::is_delivered(directory)) continue;
        const auto info = spool::read_info(directory);
        const std::string own = info.server.empty() ? plan.fallback : info.server;
        jobs.push_back({.directory = directory,
                        .name = info.name,
                        .project = info.project,
                        .server = plan.server.empty() ? own : plan.server,
                        .which = plan.which});
        measure(jobs.back());
      } catch (const Error& error) {
        // It has a log and nothing in it yet: a run that is just being started.
        if (error.code() == ErrorCode::kNotFound && spool::writer_alive(directory)) continue;
        plan.unreadable(directory.string() + ": " + error.what());
      }
    }
  }
  return jobs;
}

SyncResult sync_spool(const SyncJob& job, const std::stop_token& stop,
                      const std::function<void(std::uint64_t)>& progress) {
  try {
    const auto taken = take_lock(job, stop);
    if (const auto* result = std::get_if<SyncResult>(&taken)) return *result;
    relay::RelayOptions options;
    options.spool = job.directory;
    options.server = job.server;
    options.until_caught_up = true;
    options.patience = kSyncPatience;
    options.progress = [&](spool::Offset acked) { progress(spool::to_bytes(acked)); };
    return result_of(relay::deliver(options, stop));
  } catch (const std::exception& error) {
    return failed(error.what());
  }
}

void for_each_in_parallel(const std::vector<SyncJob>& jobs, std::size_t parallel,
                          const std::function<void(const SyncJob&)>& work) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> workers;
  for (std::size_t i = 0; i < std::min(parallel, jobs.size()); ++i) {
    workers.emplace_back([&] {
      for (std::size_t mine = next++; mine < jobs.size(); mine = next++) work(jobs[mine]);
    });
  }
}

}  // namespace tracker::cli
