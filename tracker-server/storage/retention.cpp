#include "storage/retention.hpp"

#include "core/run_state.hpp"
#include "storage/shared_statements.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kGet =
    "SELECT keep_runs_us, keep_system_us, keep_logs_us FROM project WHERE name = $1 AND deleted_us "
    "IS NULL";
constexpr const char* kSetRetention = R"sql(
  UPDATE project SET keep_runs_us = $2, keep_system_us = $3, keep_logs_us = $4 WHERE name = $1 AND deleted_us IS NULL)sql";

constexpr const char* kExpiredRuns = R"sql(
  SELECT r.id FROM project p JOIN run r ON r.project_id = p.id
  WHERE p.keep_runs_us IS NOT NULL AND r.state <> 1 AND r.ended_us < $1 - p.keep_runs_us
    AND r.deleted_us IS NULL AND NOT r.keep
  ORDER BY r.ended_us LIMIT 1000)sql";
constexpr const char* kSystem = R"sql(
  SELECT r.id FROM project p JOIN run r ON r.project_id = p.id
  WHERE p.keep_system_us IS NOT NULL AND r.state <> 1 AND r.ended_us < $1 - p.keep_system_us
    AND r.deleted_us IS NULL
    AND EXISTS (SELECT 1 FROM series_group g WHERE g.run_id = r.id AND g.system AND g.rows > 0)
  ORDER BY r.ended_us LIMIT 1000)sql";
constexpr const char* kLogs = R"sql(
  SELECT r.id FROM project p JOIN run r ON r.project_id = p.id
  WHERE p.keep_logs_us IS NOT NULL AND r.state <> 1 AND r.ended_us < $1 - p.keep_logs_us
    AND r.deleted_us IS NULL AND EXISTS (SELECT 1 FROM log_chunk l WHERE l.run_id = r.id)
  ORDER BY r.ended_us LIMIT 1000)sql";

// No compactor, no writer that says something, no restart of the run meanwhile.
constexpr const char* kLockEnded = R"sql(
  SELECT 1 FROM run WHERE id = $1 AND state <> 1 AND deleted_us IS NULL
    AND NOT EXISTS (SELECT 1 FROM writer_stream w WHERE w.run_id = run.id AND w.acked_offset > w.sealed_offset)
  FOR NO KEY UPDATE SKIP LOCKED)sql";

constexpr const char* kDropColumns = R"sql(
  DELETE FROM chunk USING series_group g
  WHERE chunk.run_id = $1 AND g.run_id = $1 AND g.system AND g.group_no = chunk.group_no)sql";
constexpr const char* kDropAxis = R"sql(
  DELETE FROM axis_chunk USING series_group g
  WHERE axis_chunk.run_id = $1 AND g.run_id = $1 AND g.system AND g.group_no = axis_chunk.group_no)sql";
constexpr const char* kDropPyramid = R"sql(
  DELETE FROM pyramid USING series_group g
  WHERE pyramid.run_id = $1 AND g.run_id = $1 AND g.system AND g.group_no = pyramid.group_no)sql";
constexpr const char* kDropSeries = R"sql(
  DELETE FROM series USING metric_key k WHERE series.run_id = $1 AND k.id = series.key_id AND k.system)sql";
// The groups stay, empty: their numbers are not given twice.
constexpr const char* kEmptyGroups =
    "UPDATE series_group SET rows = 0 WHERE run_id = $1 AND system";
constexpr const char* kDropLogs = "DELETE FROM log_chunk WHERE run_id = $1";

std::vector<core::RunId> runs_in(const PgResult& rows) {
  std::vector<core::RunId> out;
  for (std::size_t i = 0; i < rows.rows(); ++i) out.push_back(run_id_of(rows.bytes(i, 0)));
  return out;
}

// Runs `statements` if the run is at rest; rows removed.
std::size_t drop(PgConnection& connection, core::RunId run,
                 std::initializer_list<const char*> statements) {
  const PgParams id = PgParams().uuid(run.uuid().bytes);
  PgTransaction transaction(connection);
  if (connection.run(kLockCompaction, id).rows() == 0 || connection.run(kLockEnded, id).rows() == 0)
    return 0;
  std::size_t rows = 0;
  for (const char* statement : statements) rows += connection.run(statement, id).affected();
  connection.run(kTouchRun, id);
  transaction.commit();
  return rows;
}

void add_age(PgParams& params, const std::optional<std::int64_t>& time) {
  if (time)
    params.bigint(*time);
  else
    params.null_bigint();
}

Error unknown(std::string_view project) {
  return {ErrorCode::kNotFound, "there is no project `" + std::string(project) +
                                    "`: see `tracker projects ls` for those there are"};
}

}  // namespace

RetentionPolicy retention_of(Database& database, std::string_view project) {
  const PgResult row = database.pg()->run(kGet, PgParams().text(project));
  if (row.rows() == 0) throw unknown(project);
  const auto at = [&](int column) {
    return row.is_null(0, column) ? std::nullopt : std::optional(row.bigint(0, column));
  };
  return {at(0), at(1), at(2)};
}

void set_retention(Database& database, std::string_view project, const RetentionPolicy& policy) {
  PgParams params;
  params.text(project);
  add_age(params, policy.runs_us);
  add_age(params, policy.system_us);
  add_age(params, policy.logs_us);
  if (database.pg()->run(kSetRetention, params).affected() == 0) throw unknown(project);
}

Expired find_expired(PgConnection& connection, std::int64_t now_us) {
  const PgParams now = PgParams().bigint(now_us);
  return {runs_in(connection.run(kExpiredRuns, now)), runs_in(connection.run(kSystem, now)),
          runs_in(connection.run(kLogs, now))};
}

std::size_t drop_system_metrics(PgConnection& connection, core::RunId run) {
  return drop(connection, run, {kDropColumns, kDropAxis, kDropPyramid, kDropSeries, kEmptyGroups});
}

std::size_t drop_console(PgConnection& connection, core::RunId run) {
  return drop(connection, run, {kDropLogs});
}

}  // namespace tracker::storage
