#include "ingest/sweeper.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "core/log_text.hpp"
#include "core/run_state.hpp"
#include "storage/heartbeats.hpp"

namespace tracker::ingest {

Sweeper::Sweeper(storage::Database& database, const core::Clock& clock,
                 std::chrono::milliseconds interval, Changed changed)
    : database_(database),
      clock_(clock),
      changed_runs_(std::move(changed)),
      started_us_(clock.steady_us()),
      periodic_(
          interval, core::Periodic::First::kAfterPause, [this] { round(); },
          [](const std::exception& error) {
            spdlog::warn("event=heartbeats_failed error={}", core::quoted(error.what()));
          }) {}

void Sweeper::watch(const std::shared_ptr<Session>& session) {
  const std::lock_guard lock(mutex_);
  sessions_.push_back(session);
}

std::vector<std::shared_ptr<Session>> Sweeper::open_sessions() {
  std::vector<std::shared_ptr<Session>> out;
  const std::lock_guard lock(mutex_);
  std::erase_if(sessions_, [&](const std::weak_ptr<Session>& weak) {
    auto session = weak.lock();
    if (!session || !session->open()) return true;
    out.push_back(std::move(session));
    return false;
  });
  return out;
}

void Sweeper::round() {
  const std::int64_t now = clock_.now_us();
  std::vector<std::int64_t> alive;
  for (const auto& session : open_sessions()) alive.push_back(session->stream_id());
  storage::note_alive(database_, alive, now);
  // After this server was away no run has shown life to it: its relays get the time to come back
  // first.
  if (clock_.steady_us() - started_us_ < core::kHeartbeatTimeoutUs) return;
  const std::vector<core::RunId> dead = storage::sweep_silent_runs(database_, now);
  for (const core::RunId& run : dead) spdlog::info("event=run_silent run={}", run.text());
  if (!dead.empty()) changed_runs_(dead);
}

}  // namespace tracker::ingest
