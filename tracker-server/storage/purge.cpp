#include "storage/purge.hpp"

#include <array>

#include "storage/shared_statements.hpp"

namespace tracker::storage {
namespace {

// A run that another one was forked from stays until that one has gone.
constexpr const char* kDuePurges = R"sql(
  SELECT id FROM run WHERE deleted_us IS NOT NULL AND purge_us <= $1
    AND NOT EXISTS (SELECT 1 FROM run_branch WHERE parent_id = run.id)
  ORDER BY purge_us LIMIT 1000)sql";

// The run's row in `compaction` first, as a compactor does: one of all servers works on a run. (A
// run without one is damaged, and goes all the same.)
constexpr const char* kLockPurge = R"sql(
  SELECT purging, deleted_us FROM run WHERE id = $1 AND deleted_us IS NOT NULL AND purge_us <= $2
    AND NOT EXISTS (SELECT 1 FROM run_branch WHERE parent_id = $1)
  FOR UPDATE SKIP LOCKED)sql";
constexpr const char* kExists =
    "SELECT 1 FROM run WHERE id = $1 AND deleted_us IS NOT NULL AND purge_us <= $2 AND NOT EXISTS "
    "(SELECT 1 FROM run_branch WHERE parent_id = $1)";
constexpr const char* kHasCompaction = "SELECT 1 FROM compaction WHERE run_id = $1";

// From here on there is no way back. Without its writers nothing of the run can be compacted any
// more, and its frames are dead: their slot of the ring is truncated.
constexpr const char* kBeginPurge = "UPDATE run SET purging = true WHERE id = $1";
constexpr const char* kBury = R"sql(
  INSERT INTO run_tombstone (run_id, deleted_us, purged_us) VALUES ($1, $2, $3) ON CONFLICT (run_id) DO NOTHING)sql";
constexpr const char* kDropWriters = "DELETE FROM writer_stream WHERE run_id = $1";

constexpr std::array kDropChunks = {
    "DELETE FROM chunk WHERE ctid = ANY(ARRAY(SELECT ctid FROM chunk WHERE run_id = $1 LIMIT $2)) "
    "AND run_id = $1",
    "DELETE FROM axis_chunk WHERE ctid = ANY(ARRAY(SELECT ctid FROM axis_chunk WHERE run_id = $1 "
    "LIMIT $2)) AND run_id = $1",
    "DELETE FROM pyramid WHERE ctid = ANY(ARRAY(SELECT ctid FROM pyramid WHERE run_id = $1 LIMIT "
    "$2)) AND run_id = $1",
    "DELETE FROM run_media WHERE ctid = ANY(ARRAY(SELECT ctid FROM run_media WHERE run_id = $1 "
    "LIMIT "
    "$2)) AND run_id = $1",
    "DELETE FROM log_chunk WHERE ctid = ANY(ARRAY(SELECT ctid FROM log_chunk WHERE run_id = $1 "
    "LIMIT $2)) AND run_id = $1",
};
// What is left refers to it and is small: series, groups, definitions.
constexpr const char* kDropRun = "DELETE FROM run WHERE id = $1";

constexpr const char* kEmptyProjects = R"sql(
  SELECT id FROM project p WHERE deleted_us IS NOT NULL AND NOT EXISTS (SELECT 1 FROM run r WHERE r.project_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM artifact_collection c WHERE c.project_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM artifact_upload u WHERE u.project_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM artifact_chunk c WHERE c.project_id = p.id)
  FOR UPDATE SKIP LOCKED)sql";
constexpr const char* kDropProject = R"sql(
  DELETE FROM project p WHERE id = $1 AND deleted_us IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM run r WHERE r.project_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM artifact_collection c WHERE c.project_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM artifact_upload u WHERE u.project_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM artifact_chunk c WHERE c.project_id = p.id))sql";

bool taken_by_others(PgConnection& connection, core::RunId run) {
  const PgParams id = PgParams().uuid(run.uuid().bytes);
  return connection.run(kLockCompaction, id).rows() == 0 &&
         connection.run(kHasCompaction, id).rows() > 0;
}

}  // namespace

std::vector<core::RunId> runs_to_purge(PgConnection& connection, std::int64_t now_us) {
  const PgResult rows = connection.run(kDuePurges, PgParams().bigint(now_us));
  std::vector<core::RunId> out;
  for (std::size_t i = 0; i < rows.rows(); ++i) out.push_back(run_id_of(rows.bytes(i, 0)));
  return out;
}

Purged purge_step(PgConnection& connection, core::RunId run, std::int64_t now_us,
                  std::size_t batch) {
  const auto& id = run.uuid().bytes;
  PgTransaction transaction(connection);
  if (taken_by_others(connection, run)) return {.busy = true};
  const PgResult row = connection.run(kLockPurge, PgParams().uuid(id).bigint(now_us));
  if (row.rows() == 0) {
    const bool due = connection.run(kExists, PgParams().uuid(id).bigint(now_us)).rows() > 0;
    return {.done = !due, .busy = due};
  }
  Purged out;
  if (!row.boolean(0, 0)) {
    connection.run(kBeginPurge, PgParams().uuid(id));
    connection.run(kBury, PgParams().uuid(id).bigint(row.bigint(0, 1)).bigint(now_us));
    connection.run(kDropWriters, PgParams().uuid(id));
  } else {
    for (const char* drop : kDropChunks) {
      if (out.rows >= batch) break;
      const auto left = static_cast<std::int64_t>(batch - out.rows);
      out.rows += connection.run(drop, PgParams().uuid(id).bigint(left)).affected();
    }
    if (out.rows < batch) {
      connection.run(kDropRun, PgParams().uuid(id));
      out.done = true;
    }
  }
  transaction.commit();
  return out;
}

std::size_t purge_projects(PgConnection& connection) {
  PgTransaction transaction(connection);
  std::size_t removed = 0;
  const PgResult projects = connection.run(kEmptyProjects);
  for (std::size_t i = 0; i < projects.rows(); ++i) {
    const core::RunId id = run_id_of(projects.bytes(i, 0));
    removed += connection.run(kDropProject, PgParams().uuid(id.uuid().bytes)).affected();
  }
  transaction.commit();
  return removed;
}

void vacuum_chunks(Database& database) {
  PgConnection connection(database.options().dsn, 0);  // its own, without a statement timeout
  for (const char* table : {"chunk", "axis_chunk", "pyramid", "log_chunk", "series", "run"})
    connection.command(std::string("VACUUM (ANALYZE, SKIP_LOCKED) ") + table);
}

}  // namespace tracker::storage
