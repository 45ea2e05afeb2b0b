#include "storage/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "storage/migrations.hpp"
#include "storage/shared_statements.hpp"
#include "storage/verify_group.hpp"
#include "storage/verify_records.hpp"
#include "storage/verify_series.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kRunsToCheck = "SELECT id FROM run WHERE NOT purging ORDER BY created_us, id";
constexpr const char* kRunToCheck = R"sql(
  SELECT project_id, coalesce((SELECT next_row FROM compaction WHERE run_id = run.id), 0)
  FROM run WHERE id = $1 AND NOT purging)sql";
constexpr const char* kGroupsToCheck =
    "SELECT group_no, system, key_ids, rows FROM series_group WHERE run_id = $1 ORDER BY group_no";
constexpr const char* kKeysToCheck = R"sql(
  SELECT k.id, k.system, k.name, k.project_id FROM metric_key k WHERE k.id = ANY($1::integer[]))sql";
constexpr const char* kHomeless = R"sql(
  SELECT 'axis_chunk', count(*) FROM axis_chunk c WHERE run_id = $1 AND NOT EXISTS
    (SELECT 1 FROM series_group g WHERE g.run_id = $1 AND g.group_no = c.group_no)
  UNION ALL SELECT 'chunk', count(*) FROM chunk c WHERE run_id = $1 AND NOT EXISTS
    (SELECT 1 FROM series_group g WHERE g.run_id = $1 AND g.group_no = c.group_no)
  UNION ALL SELECT 'pyramid', count(*) FROM pyramid c WHERE run_id = $1 AND NOT EXISTS
    (SELECT 1 FROM series_group g WHERE g.run_id = $1 AND g.group_no = c.group_no))sql";

constexpr const char* kOrphans = R"sql(
  SELECT t, r::text, n FROM (
    SELECT 'axis_chunk' AS t, run_id AS r, count(*) AS n FROM axis_chunk c
      WHERE NOT EXISTS (SELECT 1 FROM run WHERE id = c.run_id) GROUP BY run_id
    UNION ALL SELECT 'chunk', run_id, count(*) FROM chunk c
      WHERE NOT EXISTS (SELECT 1 FROM run WHERE id = c.run_id) GROUP BY run_id
    UNION ALL SELECT 'pyramid', run_id, count(*) FROM pyramid c
      WHERE NOT EXISTS (SELECT 1 FROM run WHERE id = c.run_id) GROUP BY run_id) lost ORDER BY t, r LIMIT 1000)sql";
constexpr const char* kRing =
    "SELECT count(*), coalesce(bool_and(active BETWEEN 0 AND 3), false) FROM frame_ring";
constexpr const char* kSchemaVersions =
    "SELECT coalesce(max(version), 0), count(*)::integer FROM schema_version";
constexpr const char* kBuriedAlive = R"sql(
  SELECT count(*) FROM run_tombstone t JOIN run ON run.id = t.run_id WHERE NOT run.purging)sql";

class RunCheck {
 public:
  RunCheck(PgConnection& connection, core::RunId run, Verified& verified)
      : connection_(connection), run_(run), report_(verified, run.text()) {}

  void work(const core::RunId& project, std::int64_t next_row) {
    verify_row(connection_, run_, report_);
    verify_writers(connection_, run_, report_);
    load_groups(project);
    SeriesCheck series(connection_, run_, names_, groups_, report_);
    std::int64_t last_order = -1;
    for (VerifiedGroup& group : groups_) {
      if (group.keys.empty()) continue;
      verify_group(connection_, run_, group, names_, series, report_);
      last_order = std::max(last_order, group.last_order);
    }
    series.finish();
    if (next_row <= last_order)
      report_.add("next_row", "compaction",
                  fmt::format("the next row's number is {} and row {} exists: the wrong one of two "
                              "rows of equal step would win",
                              next_row, last_order));
    homeless();
    verify_console(connection_, run_, report_);
  }

 private:
  PgParams id() const { return PgParams().uuid(run_.uuid().bytes); }

  void load_groups(const core::RunId& project) {
    const PgResult rows = connection_.run(kGroupsToCheck, id());
    std::set<std::pair<bool, std::vector<std::int32_t>>> seen;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      VerifiedGroup group;
      group.number = rows.integer(i, 0);
      group.system = rows.boolean(i, 1);
      group.keys = rows.integers(i, 2);
      group.rows = rows.bigint(i, 3);
      load_names(group, project);
      std::vector<std::int32_t> sorted = group.keys;
      std::sort(sorted.begin(), sorted.end());
      const bool twice = std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
      if (group.keys.empty() || twice || !seen.emplace(group.system, sorted).second) {
        report_.add("group_keys", fmt::format("group {}", group.number),
                    "its keys are none, hold one twice, or are those of another group");
        group.untrusted.insert(group.keys.begin(), group.keys.end());
        group.keys.clear();
      }
      groups_.push_back(std::move(group));
    }
  }

  void load_names(VerifiedGroup& group, const core::RunId& project) {
    const PgResult rows = connection_.run(kKeysToCheck, PgParams().integers(group.keys));
    std::set<std::int32_t> known;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      if (rows.boolean(i, 1) != group.system || run_id_of(rows.bytes(i, 3)) != project) continue;
      known.insert(rows.integer(i, 0));
      names_[rows.integer(i, 0)] = std::string(rows.bytes(i, 2));
    }
    for (const std::int32_t key : group.keys) {
      if (known.contains(key)) continue;
      report_.add("key_unknown", fmt::format("group {}", group.number),
                  fmt::format("key {} is none of the project's keys of this kind", key));
      group.untrusted.insert(key);
      names_.try_emplace(key, fmt::format("number {}", key));
    }
  }

  void homeless() {
    const PgResult rows = connection_.run(kHomeless, id());
    for (std::size_t i = 0; i < rows.rows(); ++i)
      if (rows.bigint(i, 1) > 0)
        report_.add("group_missing", std::string(rows.bytes(i, 0)),
                    fmt::format("{} rows are of groups that are not there", rows.bigint(i, 1)));
  }

  PgConnection& connection_;
  core::RunId run_;
  Report report_;
  std::vector<VerifiedGroup> groups_;
  std::map<std::int32_t, std::string> names_;
};

}  // namespace

Verified verify_run(PgConnection& connection, core::RunId run) {
  Verified out;
  PgTransaction transaction(connection, kBeginSnapshot);
  const PgResult row = connection.run(kRunToCheck, PgParams().uuid(run.uuid().bytes));
  if (row.rows() == 0) return out;
  RunCheck(connection, run, out).work(run_id_of(row.bytes(0, 0)), row.bigint(0, 1));
  return out;
}

Verified verify_whole(PgConnection& connection) {
  Verified out;
  Report report(out, "");
  PgTransaction transaction(connection, kBeginSnapshot);
  const PgResult schema = connection.run(kSchemaVersions);
  const int newest = migrations().back().version;
  if (schema.integer(0, 0) != newest || schema.integer(0, 1) != newest)
    report.add("schema", "schema_version",
               fmt::format("the database has version {} by {} steps, this program knows {}",
                           schema.integer(0, 0), schema.integer(0, 1), newest),
               "use the tracker-admin of the server that works on it");
  const PgResult ring = connection.run(kRing);
  if (ring.bigint(0, 0) != 1 || !ring.boolean(0, 1))
    report.add("frame_ring", "frame_ring", "it must have one row, with a slot of 0 to 3",
               "report this as a defect");
  const PgResult orphans = connection.run(kOrphans);
  for (std::size_t i = 0; i < orphans.rows(); ++i)
    report.add("orphan", std::string(orphans.bytes(i, 0)),
               fmt::format("{} rows of run {}, which is not there", orphans.bigint(i, 2),
                           orphans.bytes(i, 1)),
               fmt::format("they take room and nothing else: DELETE FROM {} WHERE run_id = '{}'",
                           orphans.bytes(i, 0), orphans.bytes(i, 1)));
  if (connection.run(kBuriedAlive).bigint(0, 0) > 0)
    report.add("tombstone", "run_tombstone", "a run is there and was removed",
               "report this as a defect");
  return out;
}

std::vector<core::RunId> all_runs(PgConnection& connection) {
  const PgResult rows = connection.run(kRunsToCheck);
  std::vector<core::RunId> out;
  for (std::size_t i = 0; i < rows.rows(); ++i) out.push_back(run_id_of(rows.bytes(i, 0)));
  return out;
}

}  // namespace tracker::storage
