#include "storage/artifacts/sweep.hpp"

#include <limits>

#include "storage/artifacts/rows.hpp"

namespace tracker::storage {
namespace {

// The collection is held, so that no alias comes to a version meanwhile: see edits.cpp. Whoever is
// busy with it now is left alone until the next round.
constexpr const char* kExpired = R"sql(
  SELECT v.id, c.id FROM artifact_version v JOIN artifact_collection c ON c.id = v.collection_id
  WHERE v.deleted_us IS NULL AND v.expires_us <= $1
    AND NOT EXISTS (SELECT 1 FROM artifact_alias a WHERE a.version_id = v.id)
  ORDER BY v.expires_us LIMIT $2 FOR NO KEY UPDATE OF c, v SKIP LOCKED)sql";
constexpr const char* kVersionsBeyond = R"sql(
  SELECT v.id, c.id FROM artifact_collection c JOIN artifact_version v ON v.collection_id = c.id
  WHERE c.keep_versions IS NOT NULL AND v.deleted_us IS NULL AND v.restored_us IS NULL
    AND NOT EXISTS (SELECT 1 FROM artifact_alias a WHERE a.version_id = v.id)
    AND c.keep_versions <= (SELECT count(*) FROM artifact_version w
                            WHERE w.collection_id = c.id AND w.deleted_us IS NULL AND w.number > v.number)
  ORDER BY v.id LIMIT $1 FOR NO KEY UPDATE OF c, v SKIP LOCKED)sql";
// Another statement, and so a newer snapshot than that of the locks: an alias that was set before
// they were taken is seen.
constexpr const char* kRetire = R"sql(
  UPDATE artifact_version v SET deleted_us = $2, purge_us = $3
  FROM artifact_collection c JOIN project p ON p.id = c.project_id
  WHERE v.id = ANY ($1) AND v.deleted_us IS NULL AND c.id = v.collection_id
    AND NOT EXISTS (SELECT 1 FROM artifact_alias a WHERE a.version_id = v.id)
  RETURNING v.uuid, p.name, c.name, v.number)sql";

constexpr const char* kDropUploads = R"sql(
  DELETE FROM artifact_upload WHERE id IN (
    SELECT id FROM artifact_upload WHERE expires_us <= $1 ORDER BY expires_us LIMIT $2 FOR UPDATE SKIP LOCKED)
  RETURNING committed)sql";

constexpr const char* kLockPurged = R"sql(
  SELECT id FROM artifact_version WHERE deleted_us IS NOT NULL AND purge_us <= $1
  ORDER BY purge_us LIMIT 1 FOR UPDATE SKIP LOCKED)sql";
// In parts of one transaction, so that no statement comes near its timeout.
constexpr std::int64_t kReleasedAtOnce = 50'000;
constexpr const char* kReleaseChunks = R"sql(
  DELETE FROM artifact_version_chunk WHERE version_id = $1 AND chunk_id IN (
    SELECT chunk_id FROM artifact_version_chunk WHERE version_id = $1 LIMIT $2))sql";
constexpr const char* kDropVersion = "DELETE FROM artifact_version WHERE id = $1";

constexpr const char* kDropOrphanUploads = R"sql(
  DELETE FROM artifact_upload u USING project p
  WHERE p.id = u.project_id AND p.deleted_us IS NOT NULL AND NOT EXISTS (SELECT 1 FROM run r WHERE r.project_id = p.id))sql";
constexpr const char* kEmpty = R"sql(
  SELECT c.id FROM artifact_collection c JOIN project p ON p.id = c.project_id
  WHERE (c.deleted_us IS NOT NULL OR p.deleted_us IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM artifact_version v WHERE v.collection_id = c.id)
  LIMIT 1000 FOR UPDATE OF c SKIP LOCKED)sql";
constexpr const char* kDropEmpty = R"sql(
  DELETE FROM artifact_collection c USING project p
  WHERE c.id = ANY ($1) AND p.id = c.project_id AND (c.deleted_us IS NOT NULL OR p.deleted_us IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM artifact_version v WHERE v.collection_id = c.id))sql";

constexpr const char* kBehind =
    "SELECT id FROM artifact_chunk WHERE id > $1 ORDER BY id OFFSET $2 LIMIT 1";
constexpr const char* kLockUnheld = R"sql(
  SELECT c.id FROM artifact_chunk c WHERE c.id > $1 AND c.id <= $2
    AND NOT EXISTS (SELECT 1 FROM artifact_version_chunk h WHERE h.chunk_id = c.id)
    AND NOT EXISTS (SELECT 1 FROM artifact_upload_chunk h WHERE h.chunk_id = c.id)
  ORDER BY c.id FOR UPDATE SKIP LOCKED)sql";
// Whoever holds a chunk locked it first, and is seen by this statement's snapshot, which is newer
// than our locks; whoever comes now waits for us, and finds it gone.
constexpr const char* kSweep = R"sql(
  WITH gone AS (
    DELETE FROM artifact_chunk c WHERE c.id = ANY ($1)
      AND NOT EXISTS (SELECT 1 FROM artifact_version_chunk h WHERE h.chunk_id = c.id)
      AND NOT EXISTS (SELECT 1 FROM artifact_upload_chunk h WHERE h.chunk_id = c.id)
    RETURNING c.size, c.object),
  registered AS (
    INSERT INTO artifact_object (object, remove_us) SELECT object, $2 FROM gone WHERE object IS NOT NULL)
  SELECT count(*), coalesce(sum(size), 0)::bigint FROM gone)sql";

// A time of 0 says that they are taken: no upload makes a chunk of one from then on.
constexpr const char* kTakeUnwanted = R"sql(
  UPDATE artifact_object SET remove_us = 0 WHERE object IN (
    SELECT object FROM artifact_object WHERE remove_us <= $1 AND starts_with(object, $3)
    ORDER BY remove_us LIMIT $2 FOR UPDATE SKIP LOCKED)
  RETURNING object)sql";
constexpr const char* kForgetObjects =
    "DELETE FROM artifact_object WHERE object = ANY ($1::text[])";

std::vector<std::int64_t> row_ids(const PgResult& rows) {
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i < rows.rows(); ++i) out.push_back(rows.bigint(i, 0));
  return out;
}

std::int64_t signed_size(std::size_t n) { return static_cast<std::int64_t>(n); }

void retire(PgConnection& connection, const PgResult& locked, std::int64_t now_us,
            std::int64_t grace_us, std::vector<RetiredVersion>& out) {
  const auto ids = row_ids(locked);
  const PgResult rows =
      connection.run(kRetire, PgParams().bigints(ids).bigint(now_us).bigint(now_us + grace_us));
  for (std::size_t i = 0; i < rows.rows(); ++i)
    out.push_back({ArtifactVersionId(run_id_of(rows.bytes(i, 0)).uuid()),
                   std::string(rows.bytes(i, 1)), std::string(rows.bytes(i, 2)),
                   static_cast<std::uint32_t>(rows.integer(i, 3))});
}

}  // namespace

std::vector<RetiredVersion> retire_versions(PgConnection& connection, std::int64_t now_us,
                                            std::int64_t grace_us, std::size_t limit) {
  const std::int64_t most = signed_size(limit);
  return in_transaction(connection, [&](PgConnection& c) {
    std::vector<RetiredVersion> out;
    retire(c, c.run(kExpired, PgParams().bigint(now_us).bigint(most)), now_us, grace_us, out);
    retire(c, c.run(kVersionsBeyond, PgParams().bigint(most)), now_us, grace_us, out);
    return out;
  });
}

std::size_t drop_expired_uploads(PgConnection& connection, std::int64_t now_us, std::size_t limit) {
  const PgResult rows =
      connection.run(kDropUploads, PgParams().bigint(now_us).bigint(signed_size(limit)));
  std::size_t open = 0;
  for (std::size_t i = 0; i < rows.rows(); ++i) open += rows.boolean(i, 0) ? 0 : 1;
  return open;
}

bool purge_version(PgConnection& connection, std::int64_t now_us) {
  return in_transaction(connection, [&](PgConnection& c) {
    const PgResult row = c.run(kLockPurged, PgParams().bigint(now_us));
    if (row.rows() == 0) return false;
    const std::int64_t version = row.bigint(0, 0);
    while (c.run(kReleaseChunks, PgParams().bigint(version).bigint(kReleasedAtOnce)).affected() >
           0) {
    }
    c.run(kDropVersion, PgParams().bigint(version));
    return true;
  });
}

std::size_t drop_empty_collections(PgConnection& connection) {
  return in_transaction(connection, [&](PgConnection& c) {
    c.run(kDropOrphanUploads);
    const auto ids = row_ids(c.run(kEmpty));
    return ids.empty() ? 0 : c.run(kDropEmpty, PgParams().bigints(ids)).affected();
  });
}

SweptChunks sweep_chunks(PgConnection& connection, std::int64_t after, std::int64_t now_us,
                         std::size_t limit) {
  const PgResult behind =
      connection.run(kBehind, PgParams().bigint(after).bigint(signed_size(limit)));
  const std::int64_t upto =
      behind.rows() > 0 ? behind.bigint(0, 0) - 1 : std::numeric_limits<std::int64_t>::max();
  return in_transaction(connection, [&](PgConnection& c) {
    SweptChunks out;
    if (behind.rows() > 0) out.behind = upto;
    const auto ids = row_ids(c.run(kLockUnheld, PgParams().bigint(after).bigint(upto)));
    if (ids.empty()) return out;
    const PgResult gone = c.run(kSweep, PgParams().bigints(ids).bigint(now_us));
    out.chunks = static_cast<std::size_t>(gone.bigint(0, 0));
    out.bytes = static_cast<std::uint64_t>(gone.bigint(0, 1));
    return out;
  });
}

std::vector<std::string> objects_to_remove(PgConnection& connection, std::string_view prefix,
                                           std::int64_t now_us, std::size_t limit) {
  const PgResult rows = connection.run(
      kTakeUnwanted, PgParams().bigint(now_us).bigint(signed_size(limit)).text(prefix));
  std::vector<std::string> out;
  for (std::size_t i = 0; i < rows.rows(); ++i) out.emplace_back(rows.bytes(i, 0));
  return out;
}

void forget_objects(PgConnection& connection, const std::vector<std::string>& objects) {
  connection.run(kForgetObjects, PgParams().texts(objects));
}

}  // namespace tracker::storage
