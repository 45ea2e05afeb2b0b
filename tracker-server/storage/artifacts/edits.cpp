#include "storage/artifacts/edits.hpp"

#include <tracker/error.hpp>

#include "artifact/names.hpp"
#include "storage/artifacts/aliases.hpp"
#include "storage/artifacts/commit.hpp"
#include "storage/artifacts/rows.hpp"
#include "storage/artifacts/versions.hpp"

namespace tracker::storage {
namespace {

// Whoever changes which versions live, or what names them, holds the collection.
constexpr const char* kLockCollection =
    "SELECT 1 FROM artifact_collection WHERE id = $1 FOR NO KEY UPDATE";
constexpr const char* kLockVersion =
    "SELECT deleted_us, purge_us FROM artifact_version WHERE id = $1 FOR NO KEY UPDATE";

constexpr const char* kRemoveAlias = R"sql(
  DELETE FROM artifact_alias WHERE collection_id = $1 AND name = $2)sql";

constexpr const char* kRemoveAliasOf =
    "DELETE FROM artifact_alias WHERE version_id = $1 AND name = $2";

constexpr const char* kUpdate = R"sql(
  UPDATE artifact_version SET
    description = CASE WHEN $2 THEN $3 ELSE description END,
    metadata = CASE WHEN $4 THEN $5::text::jsonb ELSE metadata END,
    tags = ARRAY(SELECT DISTINCT t FROM unnest(tags || $6::text[]) AS t WHERE NOT t = ANY ($7::text[]) ORDER BY t),
    expires_us = CASE WHEN NOT $8 THEN expires_us WHEN $9 = 0 THEN NULL ELSE created_us + $9 END
  WHERE id = $1 RETURNING cardinality(tags))sql";
constexpr const char* kUpdateCollection = R"sql(
  UPDATE artifact_collection SET
    description = CASE WHEN $2 THEN $3 ELSE description END,
    ttl_us = CASE WHEN $4 THEN nullif($5, 0) ELSE ttl_us END,
    keep_versions = CASE WHEN $6 THEN nullif($7, 0)::integer ELSE keep_versions END
  WHERE id = $1)sql";

constexpr const char* kAliases = "SELECT count(*) FROM artifact_alias WHERE version_id = $1";
constexpr const char* kDropAliases = "DELETE FROM artifact_alias WHERE version_id = $1";
constexpr const char* kDeleteVersion = R"sql(
  UPDATE artifact_version SET deleted_us = coalesce(deleted_us, $2), purge_us = least(coalesce(purge_us, $3), $3)
  WHERE id = $1)sql";
constexpr const char* kTwin = R"sql(
  SELECT w.number FROM artifact_version v JOIN artifact_version w ON w.collection_id = v.collection_id
  WHERE v.id = $1 AND w.digest = v.digest AND w.deleted_us IS NULL)sql";
// Whatever retired it would do so again: an end that has passed, or keep_versions (sweep.cpp).
constexpr const char* kRestore = R"sql(
  UPDATE artifact_version SET deleted_us = NULL, purge_us = NULL, restored_us = $2,
    expires_us = CASE WHEN expires_us > $2 THEN expires_us END
  WHERE id = $1)sql";
constexpr const char* kRestoreCollection =
    "UPDATE artifact_collection SET deleted_us = NULL WHERE id = $1";

constexpr const char* kDeleteCollection =
    "UPDATE artifact_collection SET deleted_us = $2 WHERE id = $1";
constexpr const char* kDropAllAliases = "DELETE FROM artifact_alias WHERE collection_id = $1";
constexpr const char* kDeleteAll = R"sql(
  UPDATE artifact_version SET deleted_us = $2, purge_us = $3 WHERE collection_id = $1 AND deleted_us IS NULL)sql";

const std::string kEditedVersion = std::string(kSelectVersion) + " WHERE v.id = $1";

ArtifactVersion read(PgConnection& connection, std::int64_t row) {
  const PgResult rows = connection.run(kEditedVersion.c_str(), PgParams().bigint(row));
  if (rows.rows() == 0) throw Error(ErrorCode::kNotFound, "the artifact version was removed");
  return version_of(rows, 0);
}

// Its collection and the version, held; what the version is now.
ArtifactVersion lock(PgConnection& connection, const ArtifactVersion& found) {
  connection.run(kLockCollection, PgParams().bigint(found.collection_row));
  connection.run(kLockVersion, PgParams().bigint(found.row));
  return read(connection, found.row);
}

void require_living(const ArtifactVersion& version) {
  if (version.deleted_us)
    throw Error(ErrorCode::kNotFound, "version v" + std::to_string(version.number) + " of '" +
                                          version.name + "' was deleted");
}

template <class Value>
std::uint8_t has(const std::optional<Value>& value) {
  return value ? 1 : 0;
}

}  // namespace

ArtifactVersion set_alias(Database& database, const ArtifactRef& ref, const std::string& alias) {
  const ArtifactVersion found = find_version(database, ref);
  const Database::PgLease lease = database.pg();
  return in_transaction(*lease, [&](PgConnection& connection) {
    require_living(lock(connection, found));
    set_aliases(connection, {found.collection_row, found.row}, std::span(&alias, 1));
    return read(connection, found.row);
  });
}

void remove_alias(Database& database, std::string_view project, std::string_view name,
                  std::string_view alias) {
  const ArtifactCollection found = find_collection(database, project, name);
  if (database.pg()->run(kRemoveAlias, PgParams().bigint(found.row).text(alias)).affected() == 0)
    throw Error(ErrorCode::kNotFound,
                "artifact '" + found.name + "' has no alias '" + artifact::shown(alias) + "'");
}

ArtifactVersion remove_alias(Database& database, const ArtifactRef& ref, const std::string& alias) {
  const ArtifactVersion found = find_version(database, ref);
  const Database::PgLease lease = database.pg();
  return in_transaction(*lease, [&](PgConnection& connection) {
    require_living(lock(connection, found));
    const auto removed =
        connection.run(kRemoveAliasOf, PgParams().bigint(found.row).text(alias)).affected();
    if (removed == 0)
      throw Error(ErrorCode::kNotFound, "version v" + std::to_string(found.number) + " of '" +
                                            found.name + "' has no alias '" +
                                            artifact::shown(alias) + "'");
    return read(connection, found.row);
  });
}

ArtifactVersion update_version(Database& database, const ArtifactRef& ref,
                               const VersionUpdate& update) {
  const ArtifactVersion found = find_version(database, ref);
  const Database::PgLease lease = database.pg();
  return in_transaction(*lease, [&](PgConnection& connection) {
    require_living(lock(connection, found));
    const PgResult tags = connection.run(kUpdate, PgParams()
                                                      .bigint(found.row)
                                                      .boolean(has(update.description))
                                                      .text(update.description.value_or(""))
                                                      .boolean(has(update.metadata_json))
                                                      .text(update.metadata_json.value_or("{}"))
                                                      .texts(update.add_tags)
                                                      .texts(update.remove_tags)
                                                      .boolean(has(update.ttl_us))
                                                      .bigint(update.ttl_us.value_or(0)));
    if (tags.integer(0, 0) > static_cast<std::int32_t>(kMostTags))
      throw Error(ErrorCode::kFailedPrecondition, "a version has at most 64 tags");
    return read(connection, found.row);
  });
}

ArtifactCollection update_collection(Database& database, std::string_view project,
                                     std::string_view name, const CollectionUpdate& update) {
  const ArtifactCollection found = find_collection(database, project, name);
  database.pg()->run(kUpdateCollection, PgParams()
                                            .bigint(found.row)
                                            .boolean(has(update.description))
                                            .text(update.description.value_or(""))
                                            .boolean(has(update.ttl_us))
                                            .bigint(update.ttl_us.value_or(0))
                                            .boolean(has(update.keep_versions))
                                            .bigint(update.keep_versions.value_or(0)));
  return find_collection(database, project, name);
}

ArtifactVersion delete_version(Database& database, const ArtifactRef& ref,
                               const ArtifactDeletion& deletion) {
  const ArtifactVersion found = find_version(database, ref, DeletedVersions::kFound);
  const Database::PgLease lease = database.pg();
  return in_transaction(*lease, [&](PgConnection& connection) {
    lock(connection, found);
    const PgParams row = PgParams().bigint(found.row);
    if (!deletion.with_aliases && connection.run(kAliases, row).bigint(0, 0) > 0)
      throw Error(ErrorCode::kFailedPrecondition,
                  "version v" + std::to_string(found.number) + " of '" + found.name +
                      "' has aliases: remove them first, or delete it with its aliases");
    connection.run(kDropAliases, row);
    connection.run(kDeleteVersion, PgParams()
                                       .bigint(found.row)
                                       .bigint(deletion.now_us)
                                       .bigint(deletion.now_us + deletion.grace_us));
    return read(connection, found.row);
  });
}

ArtifactVersion restore_version(Database& database, const ArtifactRef& ref, std::int64_t now_us) {
  const ArtifactVersion found = find_version(database, ref, DeletedVersions::kFound);
  const Database::PgLease lease = database.pg();
  return in_transaction(*lease, [&](PgConnection& connection) {
    const ArtifactVersion version = lock(connection, found);
    if (!version.deleted_us) return version;
    if (*version.purge_us <= now_us)
      throw Error(ErrorCode::kFailedPrecondition, "version v" + std::to_string(found.number) +
                                                      " of '" + found.name +
                                                      "' is beyond its grace period");
    const PgParams row = PgParams().bigint(found.row);
    if (const PgResult twin = connection.run(kTwin, row); twin.rows() > 0)
      throw Error(ErrorCode::kFailedPrecondition,
                  "version v" + std::to_string(twin.integer(0, 0)) + " of '" + found.name +
                      "' has the same content: there is nothing to bring back");
    connection.run(kRestore, PgParams().bigint(found.row).bigint(now_us));
    connection.run(kRestoreCollection, PgParams().bigint(found.collection_row));
    return read(connection, found.row);
  });
}

std::size_t delete_collection(Database& database, std::string_view project, std::string_view name,
                              const ArtifactDeletion& deletion) {
  const ArtifactCollection found = find_collection(database, project, name);
  const Database::PgLease lease = database.pg();
  return in_transaction(*lease, [&](PgConnection& connection) {
    const PgParams row = PgParams().bigint(found.row);
    connection.run(kLockCollection, row);
    connection.run(kDeleteCollection, PgParams().bigint(found.row).bigint(deletion.now_us));
    connection.run(kDropAllAliases, row);
    return connection
        .run(kDeleteAll, PgParams()
                             .bigint(found.row)
                             .bigint(deletion.now_us)
                             .bigint(deletion.now_us + deletion.grace_us))
        .affected();
  });
}

}  // namespace tracker::storage
