#include "storage/run_versions.hpp"

namespace tracker::storage {
namespace {

// Three indexed ways to the runs, then their versions.
constexpr const char* kRunVersions = R"sql(
  WITH watched AS (SELECT id, name FROM project WHERE name = ANY($1::text[])),
  wanted AS (
    SELECT run.id FROM run WHERE run.state = 1
    UNION SELECT run.id FROM run JOIN watched ON watched.id = run.project_id WHERE run.created_us >= $2
    UNION SELECT unnest($3::text[]::uuid[]))
  SELECT r.id, watched.name,
         r.meta_version + coalesce((SELECT sum(acked_offset + epoch)::bigint FROM writer_stream WHERE run_id = r.id), 0)
  FROM wanted JOIN run r ON r.id = wanted.id JOIN watched ON watched.id = r.project_id)sql";

}  // namespace

std::vector<RunVersion> run_versions(PgConnection& connection, const VersionRequest& request) {
  std::vector<std::string> runs;
  for (const core::RunId run : request.runs) runs.push_back(run.text());
  const PgResult rows = connection.run(
      kRunVersions, PgParams().texts(request.projects).bigint(request.since_us).texts(runs));
  std::vector<RunVersion> out;
  for (std::size_t row = 0; row < rows.rows(); ++row)
    out.push_back({run_id_of(rows.bytes(row, 0)), std::string(rows.bytes(row, 1)),
                   static_cast<std::uint64_t>(rows.bigint(row, 2))});
  return out;
}

}  // namespace tracker::storage
