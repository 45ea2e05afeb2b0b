#include "storage/heartbeats.hpp"

#include <algorithm>

#include "core/run_state.hpp"
#include "storage/run_changes.hpp"

namespace tracker::storage {
namespace {

// Rows are locked in order, so that two servers never wait for each other.
constexpr const char* kAlive = R"sql(
  WITH seen AS (SELECT id FROM writer_stream WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE)
  UPDATE writer_stream w SET last_seen_us = greatest(w.last_seen_us, $2) FROM seen WHERE w.id = seen.id)sql";

constexpr const char* kSilent = R"sql(
  SELECT id FROM run WHERE state = 1 AND NOT EXISTS (
    SELECT 1 FROM writer_stream w
    WHERE w.run_id = run.id AND w.session = run.session AND w.end_state IS NULL AND w.last_seen_us > $1
      AND (NOT w.forked OR NOT EXISTS (SELECT 1 FROM writer_stream own WHERE own.run_id = run.id AND NOT own.forked)))
  ORDER BY id LIMIT 1000)sql";

constexpr const char* kLockBeatingRun =
    "SELECT state::integer FROM run WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED";

}  // namespace

void note_alive(Database& database, std::span<const std::int64_t> stream_ids, std::int64_t now_us) {
  if (stream_ids.empty()) return;
  database.pg()->run(kAlive, PgParams().bigints(stream_ids).bigint(now_us));
}

std::vector<core::RunId> sweep_silent_runs(Database& database, std::int64_t now_us) {
  const Database::PgLease connection = database.pg();
  const PgResult silent =
      connection->run(kSilent, PgParams().bigint(now_us - core::kHeartbeatTimeoutUs));
  std::vector<core::RunId> changed;
  for (std::size_t i = 0; i < silent.rows(); ++i) {
    const core::RunId run = run_id_of(silent.bytes(i, 0));
    PgTransaction transaction(*connection);
    const PgResult row = connection->run(kLockBeatingRun, PgParams().uuid(run.uuid().bytes));
    // Whoever holds the run is showing life; it is looked at again at the next sweep.
    if (row.rows() == 0 || row.integer(0, 0) != static_cast<int>(core::RunState::kRunning))
      continue;
    if (settle_run(*connection, run, now_us)) changed.push_back(run);
    transaction.commit();
  }
  return changed;
}

}  // namespace tracker::storage
