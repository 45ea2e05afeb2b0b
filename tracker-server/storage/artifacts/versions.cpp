#include "storage/artifacts/versions.hpp"

#include <charconv>
#include <limits>

#include <tracker/error.hpp>

#include "artifact/names.hpp"
#include "storage/artifacts/manifest_parts.hpp"
#include "storage/artifacts/rows.hpp"

namespace tracker::storage {
namespace {

const std::string kById = std::string(kSelectVersion) + " WHERE v.uuid = $1";
const std::string kByNumber =
    std::string(kSelectVersion) + " WHERE v.collection_id = $1 AND v.number = $2";
const std::string kByAlias =
    std::string(kSelectVersion) +
    " WHERE v.id = (SELECT version_id FROM artifact_alias WHERE collection_id = $1 AND name = $2)";
const std::string kNewest =
    std::string(kSelectVersion) +
    " WHERE v.collection_id = $1 AND v.deleted_us IS NULL ORDER BY v.number DESC LIMIT 1";
const std::string kVersionsOfCollection = std::string(kSelectVersion) + R"sql(
  WHERE v.collection_id = $1 AND v.number < $2 AND (v.deleted_us IS NOT NULL) = $3
  ORDER BY v.number DESC LIMIT $4)sql";
const std::string kProduced = std::string(kSelectVersion) + R"sql(
  WHERE v.run_id = $1 AND v.deleted_us IS NULL ORDER BY v.created_us DESC, v.id DESC LIMIT 1000)sql";
const std::string kUsed = std::string(kSelectVersion) + R"sql(
  JOIN artifact_use u ON u.version_id = v.id
  WHERE u.run_id = $1 AND v.deleted_us IS NULL ORDER BY u.first_us DESC, v.id DESC LIMIT 1000)sql";

constexpr const char* kProjectByName =
    "SELECT id FROM project WHERE name = $1 AND deleted_us IS NULL";
constexpr const char* kCollectionRow = R"sql(
  SELECT c.id FROM artifact_collection c JOIN project p ON p.id = c.project_id
  WHERE p.name = $1 AND p.deleted_us IS NULL AND c.name = $2)sql";
constexpr const char* kCollections = R"sql(
  SELECT c.id, c.uuid, p.name, c.name, c.type, c.description, c.created_us, c.updated_us, c.ttl_us, c.keep_versions,
    s.n, s.bytes::bigint, s.latest,
    (SELECT coalesce(string_agg(a.name, E'\n' ORDER BY a.name), '') FROM artifact_alias a WHERE a.collection_id = c.id),
    (SELECT r.id FROM artifact_version v JOIN run r ON r.id = v.run_id AND r.deleted_us IS NULL
     WHERE v.collection_id = c.id AND v.number = s.latest)
  FROM artifact_collection c JOIN project p ON p.id = c.project_id
  CROSS JOIN LATERAL (
    SELECT count(*) AS n, coalesce(sum(v.size_bytes), 0) AS bytes, max(v.number) AS latest
    FROM artifact_version v WHERE v.collection_id = c.id AND v.deleted_us IS NULL) s
  WHERE p.name = $1 AND p.deleted_us IS NULL AND c.deleted_us IS NULL
    AND c.name > $2 AND ($3 = '' OR c.type = $3) AND ($4 = '' OR c.name = $4)
  ORDER BY c.name LIMIT $5)sql";

Error no_collection(std::string_view project, std::string_view name) {
  return {ErrorCode::kNotFound, "there is no artifact '" + artifact::shown(name) +
                                    "' in project '" + artifact::shown(project) + "'"};
}

std::int64_t collection_row(PgConnection& connection, std::string_view project,
                            std::string_view name) {
  const PgResult row = connection.run(kCollectionRow, PgParams().text(project).text(name));
  if (row.rows() == 0) throw no_collection(project, name);
  return row.bigint(0, 0);
}

PgResult select(PgConnection& connection, const ArtifactRef& ref) {
  if (ref.id) return connection.run(kById.c_str(), PgParams().uuid(ref.id->uuid().bytes));
  const std::int64_t row = collection_row(connection, ref.project, ref.name);
  if (ref.version.empty() || ref.version == artifact::kLatest)
    return connection.run(kNewest.c_str(), PgParams().bigint(row));
  if (const auto number = artifact::version_number(ref.version))
    return connection.run(kByNumber.c_str(), PgParams().bigint(row).bigint(*number));
  return connection.run(kByAlias.c_str(), PgParams().bigint(row).text(ref.version));
}

std::string words_for(const ArtifactRef& ref) {
  if (ref.id) return "there is no artifact version " + ref.id->text();
  const std::string name = "artifact '" + ref.name + "' of project '" + ref.project + "' has no ";
  if (ref.version.empty() || ref.version == artifact::kLatest) return name + "version";
  const bool number = artifact::version_number(ref.version).has_value();
  return name + (number ? "version " : "alias '") + artifact::shown(ref.version) +
         (number ? "" : "'");
}

ArtifactCollection collection_of(const PgResult& rows, std::size_t row) {
  ArtifactCollection out;
  out.row = rows.bigint(row, 0);
  out.id = ArtifactCollectionId(run_id_of(rows.bytes(row, 1)).uuid());
  out.project = rows.bytes(row, 2);
  out.name = rows.bytes(row, 3);
  out.type = rows.bytes(row, 4);
  out.description = rows.bytes(row, 5);
  out.created_us = rows.bigint(row, 6);
  out.updated_us = rows.bigint(row, 7);
  out.ttl_us = time_of(rows, row, 8);
  if (!rows.is_null(row, 9)) out.keep_versions = static_cast<std::uint32_t>(rows.integer(row, 9));
  out.versions = static_cast<std::uint64_t>(rows.bigint(row, 10));
  out.size_bytes = static_cast<std::uint64_t>(rows.bigint(row, 11));
  if (!rows.is_null(row, 12)) out.latest = static_cast<std::uint32_t>(rows.integer(row, 12));
  out.aliases = lines_of(rows.bytes(row, 13));
  if (!rows.is_null(row, 14)) out.run = run_id_of(rows.bytes(row, 14));
  return out;
}

std::vector<ArtifactVersion> versions_of(const PgResult& rows) {
  std::vector<ArtifactVersion> out;
  for (std::size_t i = 0; i < rows.rows(); ++i) out.push_back(version_of(rows, i));
  return out;
}

// The page has one item more than asked for if there is another page.
template <class Item, class Token>
ArtifactList<Item> cut(std::vector<Item> items, const ArtifactPage& page, Token token) {
  ArtifactList<Item> out{std::move(items), {}};
  if (out.items.size() <= page.limit) return out;
  out.items.resize(page.limit);
  out.next = token(out.items.back());
  return out;
}

std::int64_t number_before(const ArtifactPage& page) {
  if (page.after.empty()) return std::numeric_limits<std::int64_t>::max();
  const auto number = artifact::version_number(page.after);
  if (number) return *number;
  throw Error(ErrorCode::kInvalidArgument, "the page token is not one of this list");
}

}  // namespace

Error no_such_version(const ArtifactRef& ref) { return {ErrorCode::kNotFound, words_for(ref)}; }

ArtifactVersion find_version(Database& database, const ArtifactRef& ref, DeletedVersions deleted) {
  const Database::PgLease connection = database.pg();
  const PgResult rows = select(*connection, ref);
  if (rows.rows() == 0) throw no_such_version(ref);
  ArtifactVersion out = version_of(rows, 0);
  if (out.deleted_us && deleted == DeletedVersions::kHidden)
    throw Error(ErrorCode::kNotFound, words_for(ref) + ": it was deleted");
  return out;
}

ArtifactCollection find_collection(Database& database, std::string_view project,
                                   std::string_view name) {
  const PgResult rows = database.pg()->run(
      kCollections, PgParams().text(project).text("").text("").text(name).bigint(1));
  if (rows.rows() == 0) throw no_collection(project, name);
  return collection_of(rows, 0);
}

ArtifactList<ArtifactCollection> list_collections(Database& database, std::string_view project,
                                                  std::string_view type, const ArtifactPage& page) {
  const Database::PgLease connection = database.pg();
  if (connection->run(kProjectByName, PgParams().text(project)).rows() == 0)
    throw Error(ErrorCode::kNotFound, "there is no project '" + artifact::shown(project) + "'");
  const PgResult rows =
      connection->run(kCollections, PgParams()
                                        .text(project)
                                        .text(page.after)
                                        .text(type)
                                        .text("")
                                        .bigint(static_cast<std::int64_t>(page.limit + 1)));
  std::vector<ArtifactCollection> items;
  for (std::size_t i = 0; i < rows.rows(); ++i) items.push_back(collection_of(rows, i));
  return cut(std::move(items), page, [](const ArtifactCollection& last) { return last.name; });
}

ArtifactList<ArtifactVersion> list_versions(Database& database, std::string_view project,
                                            std::string_view name, VersionsListed which,
                                            const ArtifactPage& page) {
  const std::int64_t before = number_before(page);
  const Database::PgLease connection = database.pg();
  const std::int64_t row = collection_row(*connection, project, name);
  const PgResult rows = connection->run(kVersionsOfCollection.c_str(),
                                        PgParams()
                                            .bigint(row)
                                            .bigint(before)
                                            .boolean(which == VersionsListed::kDeleted ? 1 : 0)
                                            .bigint(static_cast<std::int64_t>(page.limit + 1)));
  return cut(versions_of(rows), page,
             [](const ArtifactVersion& last) { return "v" + std::to_string(last.number); });
}

ArtifactsOfRun artifacts_of_run(Database& database, core::RunId run) {
  const Database::PgLease connection = database.pg();
  const PgParams id = PgParams().uuid(run.uuid().bytes);
  return {versions_of(connection->run(kProduced.c_str(), id)),
          versions_of(connection->run(kUsed.c_str(), id))};
}

std::string read_manifest(Database& database, const ArtifactVersion& version) {
  const std::string out = load_manifest(*database.pg(), version.row, version.manifest_bytes);
  if (artifact::sha256(out) == version.digest) return out;
  if (out.empty()) throw Error(ErrorCode::kNotFound, "the artifact version is gone");
  throw Error(ErrorCode::kDataLoss,
              "the manifest of artifact version " + version.id.text() +
                  " is damaged: restore it from a backup, or upload the version again");
}

}  // namespace tracker::storage
