#include "storage/artifacts/lineage.hpp"

#include <algorithm>
#include <set>

#include <tracker/error.hpp>

#include "storage/artifacts/rows.hpp"
#include "storage/artifacts/versions.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kShareRun =
    "SELECT 1 FROM run WHERE id = $1 AND deleted_us IS NULL FOR KEY SHARE";
constexpr const char* kUse = R"sql(
  INSERT INTO artifact_use (run_id, version_id, first_us) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING)sql";

// run, version, used?
constexpr const char* kEdgesOfVersions = R"sql(
  SELECT v.run_id, v.uuid, false FROM artifact_version v WHERE v.uuid = ANY ($1) AND v.run_id IS NOT NULL
  UNION ALL
  SELECT u.run_id, v.uuid, true FROM artifact_version v JOIN artifact_use u ON u.version_id = v.id WHERE v.uuid = ANY ($1)
  LIMIT $2)sql";
constexpr const char* kEdgesOfRuns = R"sql(
  SELECT v.run_id, v.uuid, false FROM artifact_version v WHERE v.run_id = ANY ($1)
  UNION ALL
  SELECT u.run_id, v.uuid, true FROM artifact_use u JOIN artifact_version v ON v.id = u.version_id WHERE u.run_id = ANY ($1)
  LIMIT $2)sql";

const std::string kVersionsOfIds =
    std::string(kSelectVersion) + " WHERE v.uuid = ANY ($1) AND v.deleted_us IS NULL ORDER BY v.id";
constexpr const char* kRunsOfIds = R"sql(
  SELECT r.id, p.name, r.name, r.created_us FROM run r JOIN project p ON p.id = r.project_id
  WHERE r.id = ANY ($1) AND r.deleted_us IS NULL AND p.deleted_us IS NULL ORDER BY r.created_us, r.id)sql";

class LineageWalk {
 public:
  LineageWalk(PgConnection& connection, std::size_t limit)
      : connection_(connection), limit_(limit) {}

  Lineage work(const LineageStart& start, std::size_t depth) {
    std::vector<core::Uuid> versions, runs;
    if (const auto* version = std::get_if<ArtifactVersionId>(&start))
      versions.push_back(version->uuid());
    else
      runs.push_back(std::get<core::RunId>(start).uuid());
    take_versions(versions);
    take_runs(runs);
    for (std::size_t i = 0; i < depth && !(versions.empty() && runs.empty()); ++i) {
      const auto from_versions = edges_of(kEdgesOfVersions, versions);
      const auto from_runs = edges_of(kEdgesOfRuns, runs);
      runs = others(from_versions, seen_runs_, [](const LineageEdge& e) { return e.run.uuid(); });
      versions =
          others(from_runs, seen_versions_, [](const LineageEdge& e) { return e.version.uuid(); });
      take_versions(versions);
      take_runs(runs);
    }
    keep_edges();
    return std::move(out_);
  }

 private:
  std::vector<LineageEdge> edges_of(const char* sql, const std::vector<core::Uuid>& ids) {
    std::vector<LineageEdge> out;
    if (ids.empty()) return out;
    const auto most = static_cast<std::int64_t>(limit_ * 4);
    const PgResult rows = connection_.run(sql, PgParams().uuids(ids).bigint(most));
    for (std::size_t i = 0; i < rows.rows(); ++i)
      out.push_back({run_id_of(rows.bytes(i, 0)),
                     ArtifactVersionId(run_id_of(rows.bytes(i, 1)).uuid()),
                     rows.boolean(i, 2) ? LineageKind::kUsed : LineageKind::kProduced});
    out_.more = out_.more || out.size() == limit_ * 4;
    edges_.insert(out.begin(), out.end());
    return out;
  }

  // The ends of the edges that nobody has seen, as many as there is room for.
  template <class End>
  std::vector<core::Uuid> others(const std::vector<LineageEdge>& edges, std::set<core::Uuid>& seen,
                                 End end) {
    std::vector<core::Uuid> out;
    for (const LineageEdge& edge : edges) {
      const core::Uuid id = end(edge);
      if (seen.contains(id)) continue;
      if (seen_runs_.size() + seen_versions_.size() >= limit_) {
        out_.more = true;
        break;
      }
      seen.insert(id);
      out.push_back(id);
    }
    return out;
  }

  void take_versions(const std::vector<core::Uuid>& ids) {
    if (ids.empty()) return;
    seen_versions_.insert(ids.begin(), ids.end());
    const PgResult rows = connection_.run(kVersionsOfIds.c_str(), PgParams().uuids(ids));
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      out_.versions.push_back(version_of(rows, i));
      shown_.insert(out_.versions.back().id.uuid());
    }
  }

  void take_runs(const std::vector<core::Uuid>& ids) {
    if (ids.empty()) return;
    seen_runs_.insert(ids.begin(), ids.end());
    const PgResult rows = connection_.run(kRunsOfIds, PgParams().uuids(ids));
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      out_.runs.push_back({run_id_of(rows.bytes(i, 0)), std::string(rows.bytes(i, 1)),
                           std::string(rows.bytes(i, 2)), rows.bigint(i, 3)});
      shown_.insert(out_.runs.back().id.uuid());
    }
  }

  // Those whose two ends are shown.
  void keep_edges() {
    for (const LineageEdge& edge : edges_)
      if (shown_.contains(edge.run.uuid()) && shown_.contains(edge.version.uuid()))
        out_.edges.push_back(edge);
  }

  PgConnection& connection_;
  const std::size_t limit_;
  Lineage out_;
  std::set<LineageEdge> edges_;
  std::set<core::Uuid> seen_versions_, seen_runs_, shown_;
};

}  // namespace

ArtifactVersion use_version(Database& database, const ArtifactRef& ref, core::RunId run,
                            std::int64_t now_us) {
  const ArtifactVersion version = find_version(database, ref);
  const Database::PgLease lease = database.pg();
  in_transaction(*lease, [&](PgConnection& connection) {
    const auto& id = run.uuid().bytes;
    if (connection.run(kShareRun, PgParams().uuid(id)).rows() == 0)
      throw Error(ErrorCode::kNotFound, "there is no run " + run.text());
    return connection.run(kUse, PgParams().uuid(id).bigint(version.row).bigint(now_us)).affected();
  });
  return version;
}

Lineage lineage_of(Database& database, const LineageStart& start, std::size_t depth,
                   std::size_t limit) {
  const Database::PgLease lease = database.pg();
  Lineage out = LineageWalk(*lease, limit).work(start, depth);
  if (out.versions.empty() && out.runs.empty())
    throw Error(ErrorCode::kNotFound, "there is no such artifact version or run");
  return out;
}

}  // namespace tracker::storage
