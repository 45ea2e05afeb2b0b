#include "storage/deletion.hpp"

#include <algorithm>

namespace tracker::storage {
namespace {

constexpr int kDeletionAttempts = 5;

// In the order in which a commit takes them: writers, then the run.
constexpr const char* kLockStreams =
    "SELECT id FROM writer_stream WHERE run_id = $1 ORDER BY id FOR NO KEY UPDATE";
constexpr const char* kLockForDeletion =
    "SELECT deleted_us IS NULL FROM run WHERE id = $1 FOR NO KEY UPDATE";
constexpr const char* kMarkDeleted = R"sql(
  UPDATE run SET deleted_us = coalesce(run.deleted_us, $2), purge_us = least(coalesce(purge_us, $3), $3),
                 meta_version = meta_version + 1
  FROM project p WHERE run.id = $1 AND p.id = run.project_id
  RETURNING run.id, p.name, run.name, run.deleted_us, purge_us, purging)sql";
// Open streams find that they are no longer the newest, look, and see that the run is gone: a
// commit pays nothing for it. Bringing the run back lets them go on: no Hello was taken meanwhile.
constexpr const char* kRaiseEpochs = "UPDATE writer_stream SET epoch = epoch + 1 WHERE run_id = $1";
constexpr const char* kLowerEpochs = "UPDATE writer_stream SET epoch = epoch - 1 WHERE run_id = $1";

constexpr const char* kLockDeleted = R"sql(
  SELECT purging, project_id FROM run WHERE id = $1 AND deleted_us IS NOT NULL FOR NO KEY UPDATE)sql";
constexpr const char* kUnmark = R"sql(
  UPDATE run SET deleted_us = NULL, purge_us = NULL, keep = true, meta_version = meta_version + 1 WHERE id = $1)sql";
constexpr const char* kUnmarkProject =
    "UPDATE project SET deleted_us = NULL WHERE id = $1 AND deleted_us IS NOT NULL";

constexpr const char* kMarkProject =
    "UPDATE project SET deleted_us = $2 WHERE name = $1 AND deleted_us IS NULL RETURNING id";
constexpr const char* kRunsOf =
    "SELECT id FROM run WHERE project_id = $1 AND deleted_us IS NULL ORDER BY id";
constexpr const char* kDeletedProject =
    "SELECT id, deleted_us FROM project WHERE name = $1 AND deleted_us IS NOT NULL FOR NO KEY "
    "UPDATE";
constexpr const char* kGoneWith = R"sql(
  SELECT id FROM run WHERE project_id = $1 AND deleted_us = $2 AND NOT purging ORDER BY id FOR NO KEY UPDATE)sql";

// Artifacts keep their aliases: they come back with them.
constexpr const char* kMarkArtifacts = R"sql(
  UPDATE artifact_version v SET deleted_us = $2, purge_us = $3 FROM artifact_collection c
  WHERE c.project_id = $1 AND v.collection_id = c.id AND v.deleted_us IS NULL)sql";
constexpr const char* kUnmarkArtifacts = R"sql(
  UPDATE artifact_version v SET deleted_us = NULL, purge_us = NULL FROM artifact_collection c
  WHERE c.project_id = $1 AND v.collection_id = c.id AND v.deleted_us = $2)sql";

constexpr const char* kListDeleted = R"sql(
  SELECT r.id, p.name, r.name, r.deleted_us, r.purge_us, r.purging FROM run r JOIN project p ON p.id = r.project_id
  WHERE p.name = $1 AND r.deleted_us IS NOT NULL AND NOT r.purging
  ORDER BY r.deleted_us DESC, r.id LIMIT 1000)sql";
constexpr const char* kFindDeleted = R"sql(
  SELECT r.id, p.name, r.name, r.deleted_us, r.purge_us, r.purging FROM run r JOIN project p ON p.id = r.project_id
  WHERE p.name = $1 AND r.name = $2 AND r.deleted_us IS NOT NULL ORDER BY r.deleted_us DESC, r.id LIMIT 1000)sql";

DeletedRun deleted_run(const PgResult& rows, std::size_t row) {
  return {run_id_of(rows.bytes(row, 0)),
          std::string(rows.bytes(row, 1)),
          std::string(rows.bytes(row, 2)),
          rows.bigint(row, 3),
          rows.bigint(row, 4),
          rows.boolean(row, 5)};
}

std::vector<DeletedRun> deleted_runs(const PgResult& rows) {
  std::vector<DeletedRun> out;
  for (std::size_t i = 0; i < rows.rows(); ++i) out.push_back(deleted_run(rows, i));
  return out;
}

// A commit, a Hello and a deletion of one run may wait for each other in a circle; PostgreSQL ends
// one of them, which comes again.
template <class Body>
auto with_retries(Database& database, Body body) {
  const Database::PgLease connection = database.pg();
  for (int attempt = 1;; ++attempt) {
    try {
      PgTransaction transaction(*connection);
      auto result = body(*connection);
      transaction.commit();
      return result;
    } catch (const PgError& error) {
      if (!error.retryable() || attempt == kDeletionAttempts) throw;
    }
  }
}

std::optional<DeletedRun> mark(PgConnection& connection, core::RunId run, const DeleteAt& at) {
  const auto& id = run.uuid().bytes;
  connection.run(kLockStreams, PgParams().uuid(id));
  const PgResult row = connection.run(kLockForDeletion, PgParams().uuid(id));
  if (row.rows() == 0) return std::nullopt;
  const PgResult marked = connection.run(
      kMarkDeleted, PgParams().uuid(id).bigint(at.now_us).bigint(at.now_us + at.grace_us));
  if (row.boolean(0, 0)) connection.run(kRaiseEpochs, PgParams().uuid(id));
  return deleted_run(marked, 0);
}

void unmark(PgConnection& connection, core::RunId run) {
  connection.run(kUnmark, PgParams().uuid(run.uuid().bytes));
  connection.run(kLowerEpochs, PgParams().uuid(run.uuid().bytes));
}

Error no_project(std::string_view name, const char* what) {
  return {ErrorCode::kNotFound, "there is no " + std::string(what) + " `" + std::string(name) +
                                    "`: see `tracker projects ls` for those there are"};
}

}  // namespace

DeletedRun delete_run(Database& database, core::RunId run, const DeleteAt& at) {
  const auto marked =
      with_retries(database, [&](PgConnection& connection) { return mark(connection, run, at); });
  if (!marked) throw Error(ErrorCode::kNotFound, "no run " + run.text());
  return *marked;
}

void restore_run(Database& database, core::RunId run) {
  with_retries(database, [&](PgConnection& connection) {
    const auto& id = run.uuid().bytes;
    const PgResult row = connection.run(kLockDeleted, PgParams().uuid(id));
    if (row.rows() == 0)
      throw Error(ErrorCode::kNotFound,
                  "no deleted run " + run.text() +
                      ": it was never deleted, or its data are gone: see `tracker runs deleted`");
    if (row.boolean(0, 0))
      throw Error(
          ErrorCode::kFailedPrecondition,
          "run " + run.text() + " is beyond its grace period and its data have begun to go");
    unmark(connection, run);
    connection.run(kUnmarkProject, PgParams().uuid(run_id_of(row.bytes(0, 1)).uuid().bytes));
    return true;
  });
}

std::size_t delete_project(Database& database, std::string_view name, const DeleteAt& at) {
  return with_retries(database, [&](PgConnection& connection) {
    const PgResult project = connection.run(kMarkProject, PgParams().text(name).bigint(at.now_us));
    if (project.rows() == 0) throw no_project(name, "project");
    const core::RunId id = run_id_of(project.bytes(0, 0));
    connection.run(
        kMarkArtifacts,
        PgParams().uuid(id.uuid().bytes).bigint(at.now_us).bigint(at.now_us + at.grace_us));
    const PgResult runs = connection.run(kRunsOf, PgParams().uuid(id.uuid().bytes));
    for (std::size_t i = 0; i < runs.rows(); ++i) mark(connection, run_id_of(runs.bytes(i, 0)), at);
    return runs.rows();
  });
}

std::size_t restore_project(Database& database, std::string_view name) {
  return with_retries(database, [&](PgConnection& connection) {
    const PgResult project = connection.run(kDeletedProject, PgParams().text(name));
    if (project.rows() == 0) throw no_project(name, "deleted project");
    const core::RunId id = run_id_of(project.bytes(0, 0));
    connection.run(kUnmarkProject, PgParams().uuid(id.uuid().bytes));
    const PgParams gone_with = PgParams().uuid(id.uuid().bytes).bigint(project.bigint(0, 1));
    connection.run(kUnmarkArtifacts, gone_with);
    const PgResult runs = connection.run(kGoneWith, gone_with);
    for (std::size_t i = 0; i < runs.rows(); ++i) unmark(connection, run_id_of(runs.bytes(i, 0)));
    return runs.rows();
  });
}

std::vector<DeletedRun> list_deleted_runs(Database& database, std::string_view project) {
  return deleted_runs(database.pg()->run(kListDeleted, PgParams().text(project)));
}

std::vector<DeletedRun> find_deleted_runs(Database& database, std::string_view project,
                                          std::string_view name) {
  return deleted_runs(database.pg()->run(kFindDeleted, PgParams().text(project).text(name)));
}

}  // namespace tracker::storage
