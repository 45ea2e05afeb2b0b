#include "storage/runs.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "storage/sql.hpp"

namespace tracker::storage {
namespace {

const std::string kProjectColumns = R"sql(
  SELECT p.id, p.name, p.created_us, count(r.id), count(*) FILTER (WHERE r.state = 1),
         max(greatest(r.created_us, (SELECT max(w.last_seen_us) FROM writer_stream w WHERE w.run_id = r.id)))
  FROM project p LEFT JOIN run r ON r.project_id = p.id AND r.deleted_us IS NULL
  WHERE p.deleted_us IS NULL)sql";

const std::string kRunColumns = R"sql(
  SELECT r.id, r.project_id, p.name, r.name, r.state, r.created_us, r.ended_us, array_to_json(r.tags)::text, r.notes,
         r.group_name, r.job_type, r.config::text, r.summary::text, r.environment::text, r.end_reason,
         coalesce(w.seen, r.created_us), r.meta_version + coalesce(w.version, 0)
  FROM run r JOIN project p ON p.id = r.project_id
  LEFT JOIN LATERAL (SELECT max(last_seen_us) AS seen, sum(acked_offset + epoch)::bigint AS version
                     FROM writer_stream WHERE run_id = r.id) w ON true
  WHERE r.deleted_us IS NULL)sql";

const std::string kKeyColumns = R"sql(
  SELECT s.run_id, k.name, k.system, s.n, s.nonfinite, s.nan, s.first_step, s.last_step, s.first_time_us,
         s.last_time_us, s.last_value::text, s.min_value::text, s.max_value::text, s.sum::text, s.steps_rise,
         s.times_rise
  FROM series s JOIN metric_key k ON k.id = s.key_id)sql";

core::RunId run_id(const pqxx::field& field) { return core::RunId::from_text(field.c_str()); }

std::vector<std::string> parse_text_list(const char* json) {
  return nlohmann::json::parse(json).get<std::vector<std::string>>();
}

Project to_project(const pqxx::row& row) {
  Project project;
  project.id = core::ProjectId::from_text(row[0].c_str());
  project.name = row[1].c_str();
  project.created_us = row[2].as<std::int64_t>();
  project.run_count = row[3].as<std::int64_t>();
  project.running_count = row[4].as<std::int64_t>();
  if (!row[5].is_null()) project.last_activity_us = row[5].as<std::int64_t>();
  return project;
}

Run to_run(const pqxx::row& row) {
  Run run;
  run.id = run_id(row[0]);
  run.project_id = core::ProjectId::from_text(row[1].c_str());
  run.project = row[2].c_str();
  run.name = row[3].c_str();
  run.state = static_cast<core::RunState>(row[4].as<int>());
  run.created_us = row[5].as<std::int64_t>();
  if (!row[6].is_null()) run.ended_us = row[6].as<std::int64_t>();
  run.tags = parse_text_list(row[7].c_str());
  run.notes = row[8].c_str();
  run.group = row[9].c_str();
  run.job_type = row[10].c_str();
  run.config_json = row[11].c_str();
  run.summary_json = row[12].c_str();
  run.environment_json = row[13].c_str();
  run.end_reason = row[14].c_str();
  run.last_seen_us = row[15].as<std::int64_t>();
  run.version = row[16].as<std::uint64_t>();
  return run;
}

// PostgreSQL writes NaN, Infinity and -Infinity, all of which strtod reads, and shortest exact
// digits otherwise.
double to_double(const pqxx::field& field) { return std::strtod(field.c_str(), nullptr); }

std::optional<double> unless_nan(double value) {
  return std::isnan(value) ? std::nullopt : std::optional<double>(value);
}

Key to_key(const pqxx::row& row) {
  Key key;
  key.name = row[1].c_str();
  key.kind = row[2].as<bool>() ? core::KeyKind::kSystem : core::KeyKind::kHistory;
  core::SeriesStats& stats = key.stats;
  stats.count = row[3].as<std::uint64_t>();
  stats.nonfinite = row[4].as<std::uint64_t>();
  stats.nan = row[5].as<std::uint64_t>();
  if (key.kind == core::KeyKind::kHistory) {
    stats.first_step = row[6].as<std::int64_t>();
    stats.last_step = row[7].as<std::int64_t>();
  }
  stats.first_time_us = row[8].as<std::int64_t>();
  stats.last_time_us = row[9].as<std::int64_t>();
  stats.last = to_double(row[10]);
  stats.min = unless_nan(to_double(row[11]));
  stats.max = unless_nan(to_double(row[12]));
  stats.sum = to_double(row[13]);
  stats.steps_rise = row[14].as<bool>();
  stats.times_rise = row[15].as<bool>();
  return key;
}

std::vector<Run> to_runs(const pqxx::result& rows) {
  std::vector<Run> runs;
  runs.reserve(rows.size());
  for (const pqxx::row& row : rows) runs.push_back(to_run(row));
  return runs;
}

std::string id_list(std::span<const core::RunId> ids) {
  std::string list(1, '{');
  for (const core::RunId& id : ids) {
    if (list.size() > 1) list.push_back(',');
    list += id.text();
  }
  list.push_back('}');
  return list;
}

}  // namespace

std::vector<Project> list_projects(Database& database) {
  return in_transaction(database, [](pqxx::work& transaction) {
    std::vector<Project> projects;
    for (const pqxx::row& row :
         transaction.exec(kProjectColumns + " GROUP BY p.id ORDER BY 6 DESC NULLS LAST, 2"))
      projects.push_back(to_project(row));
    return projects;
  });
}

Error no_such_project(std::string_view name) {
  return {ErrorCode::kNotFound,
          "there is no project `" + std::string(name) +
              "`: see `tracker projects ls` for those there are, or log a run "
              "to it"};
}

std::optional<Project> find_project(Database& database, std::string_view name) {
  return in_transaction(database, [&](pqxx::work& transaction) -> std::optional<Project> {
    const auto rows = transaction.exec_params(kProjectColumns + " AND p.name = $1 GROUP BY p.id",
                                              std::string(name));
    return rows.empty() ? std::nullopt : std::optional(to_project(rows[0]));
  });
}

std::optional<core::ProjectId> find_project_id(Database& database, std::string_view name) {
  return in_transaction(database, [&](pqxx::work& transaction) -> std::optional<core::ProjectId> {
    const auto rows =
        transaction.exec_params("SELECT id FROM project WHERE name = $1", std::string(name));
    return rows.empty() ? std::nullopt
                        : std::optional(core::ProjectId::from_text(rows[0][0].c_str()));
  });
}

std::vector<Run> list_runs(Database& database, core::ProjectId project, const RunPage& page) {
  const std::size_t limit = std::max<std::size_t>(page.limit, 1);
  const std::string order = " ORDER BY r.created_us DESC, r.id DESC LIMIT $2";
  return in_transaction(database, [&](pqxx::work& transaction) {
    if (!page.after)
      return to_runs(transaction.exec_params(kRunColumns + " AND r.project_id = $1" + order,
                                             project.text(), limit));
    return to_runs(transaction.exec_params(
        kRunColumns + " AND r.project_id = $1 AND (r.created_us, r.id) < ($3::bigint, $4::uuid)" +
            order,
        project.text(), limit, page.after->first, page.after->second.text()));
  });
}

std::optional<Run> find_run(Database& database, core::RunId id) {
  const std::vector<Run> runs = find_runs(database, {&id, 1});
  return runs.empty() ? std::nullopt : std::optional(runs[0]);
}

std::vector<Run> find_runs(Database& database, std::span<const core::RunId> ids) {
  return in_transaction(database, [&](pqxx::work& transaction) {
    return to_runs(
        transaction.exec_params(kRunColumns + " AND r.id = ANY($1::uuid[])", id_list(ids)));
  });
}

std::vector<Run> find_runs_by_name(Database& database, std::string_view project,
                                   std::string_view name) {
  return in_transaction(database, [&](pqxx::work& transaction) {
    return to_runs(transaction.exec_params(
        kRunColumns + " AND p.name = $1 AND r.name = $2 ORDER BY r.created_us DESC, r.id DESC",
        std::string(project), std::string(name)));
  });
}

std::vector<RunKeys> compacted_keys(Database& database, std::span<const core::RunId> runs) {
  return in_transaction(database, [&](pqxx::work& transaction) {
    std::map<core::RunId, RunKeys> by_run;
    for (const core::RunId& run : runs) by_run[run].run = run;
    for (const pqxx::row& row : transaction.exec_params(
             kKeyColumns + " WHERE s.run_id = ANY($1::uuid[]) ORDER BY k.name, k.system",
             id_list(runs)))
      by_run[run_id(row[0])].keys.push_back(to_key(row));
    std::vector<RunKeys> out;
    for (auto& [run, keys] : by_run) out.push_back(std::move(keys));
    return out;
  });
}

RunDefinitions metric_definitions(Database& database, std::span<const core::RunId> runs) {
  return in_transaction(database, [&](pqxx::work& transaction) {
    RunDefinitions out;
    for (const pqxx::row& row :
         transaction.exec_params("SELECT run_id, pattern, definition::text FROM metric_definition "
                                 "WHERE run_id = ANY($1::uuid[]) ORDER BY id",
                                 id_list(runs)))
      out[run_id(row[0])].push_back({row[1].c_str(), row[2].c_str()});
    return out;
  });
}

}  // namespace tracker::storage
