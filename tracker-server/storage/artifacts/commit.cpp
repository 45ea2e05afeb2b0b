#include "storage/artifacts/commit.hpp"

#include <algorithm>

#include <tracker/error.hpp>

#include "storage/artifacts/aliases.hpp"
#include "storage/artifacts/manifest_parts.hpp"
#include "storage/artifacts/rows.hpp"

namespace tracker::storage {
namespace {

constexpr std::size_t kChunksAtOnce = 16'384;  // a statement stays far below its timeout

constexpr const char* kLockUpload = R"sql(
  SELECT id, project_id, name, type, committed, created, version_id FROM artifact_upload
  WHERE uuid = $1 AND (committed OR expires_us > $2) FOR UPDATE)sql";
// So that nobody deletes the project meanwhile, and misses the version.
constexpr const char* kShareProject =
    "SELECT 1 FROM project WHERE id = $1 AND deleted_us IS NULL FOR SHARE";
constexpr const char* kRunProject =
    "SELECT project_id FROM run WHERE id = $1 AND deleted_us IS NULL FOR KEY SHARE";
constexpr const char* kMakeCollection = R"sql(
  INSERT INTO artifact_collection (uuid, project_id, name, type, created_us, updated_us)
  VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (project_id, name) DO NOTHING)sql";
constexpr const char* kLockNamedCollection = R"sql(
  SELECT id, type, next_number, ttl_us FROM artifact_collection WHERE project_id = $1 AND name = $2
  FOR NO KEY UPDATE)sql";
// It lives as long as the one asks and the other; NULL is for ever.
constexpr const char* kEqual = R"sql(
  UPDATE artifact_version SET expires_us = CASE WHEN expires_us > $3 THEN expires_us WHEN expires_us <= $3 THEN $3 END
  WHERE collection_id = $1 AND digest = $2 AND deleted_us IS NULL RETURNING id)sql";
constexpr const char* kMakeVersion = R"sql(
  INSERT INTO artifact_version (uuid, collection_id, number, digest, manifest_bytes, files, size_bytes, added_bytes,
    description, metadata, run_id, created_us, expires_us)
  VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9::text::jsonb, nullif($10::text, '')::uuid, $11, $12) RETURNING id)sql";

// The lock keeps what is found until the version holds it.
constexpr const char* kHoldChunks = R"sql(
  WITH found AS (
    SELECT c.id, c.sha256, c.size, NOT EXISTS (SELECT 1 FROM artifact_version_chunk h WHERE h.chunk_id = c.id) AS fresh
    FROM unnest($3::bytea[]) AS s(sha256)
    JOIN artifact_chunk c ON c.project_id = $2 AND c.sha256 = s.sha256
    FOR KEY SHARE OF c),
  held AS (INSERT INTO artifact_version_chunk (version_id, chunk_id) SELECT $1, id FROM found)
  SELECT sha256, size, fresh FROM found)sql";
constexpr const char* kCountAdded = "UPDATE artifact_version SET added_bytes = $2 WHERE id = $1";

constexpr const char* kAddTags = R"sql(
  UPDATE artifact_version SET tags = ARRAY(SELECT DISTINCT t FROM unnest(tags || $2::text[]) AS t ORDER BY t)
  WHERE id = $1 RETURNING cardinality(tags))sql";
constexpr const char* kNoteRun =
    "UPDATE artifact_version SET run_id = coalesce(run_id, $2) WHERE id = $1";
constexpr const char* kTouchCollection = R"sql(
  UPDATE artifact_collection SET next_number = $2, updated_us = greatest(updated_us, $3), deleted_us = NULL
  WHERE id = $1)sql";
constexpr const char* kCommitted = R"sql(
  UPDATE artifact_upload SET committed = true, created = $2, version_id = $3 WHERE id = $1)sql";
constexpr const char* kReleaseUpload = "DELETE FROM artifact_upload_chunk WHERE upload_id = $1";
const std::string kCommittedVersion = std::string(kSelectVersion) + " WHERE v.id = $1";

struct Upload {
  std::int64_t row = 0;
  core::ProjectId project;
  std::string name, type;
};

struct Collection {
  std::int64_t row = 0;
  std::int32_t next_number = 0;
  std::optional<std::int64_t> ttl_us;
};

class Commit {
 public:
  Commit(PgConnection& connection, const VersionCommit& wanted)
      : connection_(connection), wanted_(wanted) {}

  CommittedVersion work() {
    const PgResult upload = connection_.run(
        kLockUpload, PgParams().uuid(wanted_.upload.uuid().bytes).bigint(wanted_.now_us));
    if (upload.rows() == 0)
      throw Error(ErrorCode::kNotFound,
                  "the upload " + wanted_.upload.text() +
                      " is not there: it was given up, or nobody called for it for 24 hours; "
                      "begin a new one");
    if (upload.boolean(0, 4)) return again(upload);
    upload_ = {upload.bigint(0, 0), core::ProjectId(run_id_of(upload.bytes(0, 1)).uuid()),
               std::string(upload.bytes(0, 2)), std::string(upload.bytes(0, 3))};
    check_project();
    check_run();
    take_collection();
    const std::optional<std::int64_t> equal = equal_version();
    const std::int64_t version = equal ? *equal : make_version();
    set_aliases(connection_, {collection_.row, version}, wanted_.aliases);
    add_tags(version);
    connection_.run(
        kTouchCollection,
        PgParams().bigint(collection_.row).integer(collection_.next_number).bigint(wanted_.now_us));
    connection_.run(kCommitted,
                    PgParams().bigint(upload_.row).boolean(equal ? 0 : 1).bigint(version));
    connection_.run(kReleaseUpload, PgParams().bigint(upload_.row));
    return {read(version), !equal};
  }

 private:
  ArtifactVersion read(std::int64_t version) {
    const PgResult row = connection_.run(kCommittedVersion.c_str(), PgParams().bigint(version));
    if (row.rows() == 0)
      throw Error(ErrorCode::kNotFound, "the project of the version was deleted");
    return version_of(row, 0);
  }

  // The answer to the first commit was lost.
  CommittedVersion again(const PgResult& upload) {
    if (upload.is_null(0, 6))
      throw Error(ErrorCode::kNotFound, "the version that this upload made was removed");
    ArtifactVersion version = read(upload.bigint(0, 6));
    if (version.digest != wanted_.digest)
      throw Error(ErrorCode::kFailedPrecondition,
                  "the upload " + wanted_.upload.text() +
                      " is committed with another manifest: begin a new one");
    return {std::move(version), upload.boolean(0, 5)};
  }

  void check_project() {
    const PgParams id = PgParams().uuid(upload_.project.uuid().bytes);
    if (connection_.run(kShareProject, id).rows() == 0)
      throw Error(ErrorCode::kNotFound,
                  "the project of the upload was deleted: begin a new upload to bring it back");
  }

  void check_run() {
    if (!wanted_.run) return;
    const PgResult row = connection_.run(kRunProject, PgParams().uuid(wanted_.run->uuid().bytes));
    if (row.rows() == 0)
      throw Error(ErrorCode::kNotFound, "there is no run " + wanted_.run->text());
    if (run_id_of(row.bytes(0, 0)).uuid() != upload_.project.uuid())
      throw Error(ErrorCode::kInvalidArgument,
                  "run " + wanted_.run->text() + " belongs to another project than the artifact");
  }

  // Commits to one collection come one after the other.
  void take_collection() {
    const auto& project = upload_.project.uuid().bytes;
    connection_.run(kMakeCollection, PgParams()
                                         .uuid(ArtifactCollectionId::random().uuid().bytes)
                                         .uuid(project)
                                         .text(upload_.name)
                                         .text(upload_.type)
                                         .bigint(wanted_.now_us));
    const PgResult row =
        connection_.run(kLockNamedCollection, PgParams().uuid(project).text(upload_.name));
    if (row.rows() == 0)
      throw Error(ErrorCode::kUnavailable, "the artifact is being removed: commit again");
    if (row.bytes(0, 1) != upload_.type)
      throw Error(ErrorCode::kFailedPrecondition,
                  "artifact '" + upload_.name + "' holds the type '" +
                      std::string(row.bytes(0, 1)) + "', not '" + upload_.type + "'");
    collection_ = {row.bigint(0, 0), row.integer(0, 2), time_of(row, 0, 3)};
  }

  std::optional<std::int64_t> equal_version() {
    PgParams params = PgParams().bigint(collection_.row);
    add(params, wanted_.digest);
    add(params, expiry());
    const PgResult row = connection_.run(kEqual, params);
    if (row.rows() == 0) return std::nullopt;
    if (wanted_.run)
      connection_.run(kNoteRun,
                      PgParams().bigint(row.bigint(0, 0)).uuid(wanted_.run->uuid().bytes));
    return row.bigint(0, 0);
  }

  std::optional<std::int64_t> expiry() const {
    const auto ttl = wanted_.ttl_us ? wanted_.ttl_us : collection_.ttl_us;
    return ttl.value_or(0) > 0 ? std::optional(wanted_.now_us + *ttl) : std::nullopt;
  }

  std::int64_t make_version() {
    const auto& contents = wanted_.contents;
    PgParams params = PgParams()
                          .uuid(ArtifactVersionId::random().uuid().bytes)
                          .bigint(collection_.row)
                          .integer(collection_.next_number++);
    add(params, wanted_.digest);
    params.bigint(static_cast<std::int64_t>(wanted_.manifest.size()))
        .bigint(static_cast<std::int64_t>(contents.files + contents.references))
        .bigint(static_cast<std::int64_t>(contents.size_bytes))
        .text(wanted_.description)
        .text(wanted_.metadata_json)
        .text(wanted_.run ? wanted_.run->text() : "")
        .bigint(wanted_.now_us);
    add(params, expiry());
    const std::int64_t version = connection_.run(kMakeVersion, params).bigint(0, 0);
    store_manifest(connection_, version, wanted_.manifest);
    hold_chunks(version);
    return version;
  }

  void hold_chunks(std::int64_t version) {
    std::int64_t added = 0;
    std::span<const artifact::ChunkRef> rest = wanted_.contents.chunks;
    while (!rest.empty()) {
      const auto batch = rest.first(std::min(rest.size(), kChunksAtOnce));
      added += hold_batch(version, batch);
      rest = rest.subspan(batch.size());
    }
    connection_.run(kCountAdded, PgParams().bigint(version).bigint(added));
  }

  // Bytes of those that no version held. Chunks come in order of their digests.
  std::int64_t hold_batch(std::int64_t version, std::span<const artifact::ChunkRef> batch) {
    std::vector<std::string_view> digests;
    for (const auto& chunk : batch) digests.push_back(chunk.sha256.raw());
    const PgResult found = connection_.run(
        kHoldChunks, PgParams().bigint(version).uuid(upload_.project.uuid().bytes).byteas(digests));
    std::vector<artifact::ChunkRef> have;
    std::int64_t added = 0;
    for (std::size_t i = 0; i < found.rows(); ++i) {
      have.push_back({digest_of(found, i, 0), static_cast<std::uint32_t>(found.integer(i, 1))});
      if (found.boolean(i, 2)) added += found.integer(i, 1);
    }
    std::sort(have.begin(), have.end());
    if (!std::equal(have.begin(), have.end(), batch.begin(), batch.end())) say_missing(batch, have);
    return added;
  }

  [[noreturn]] void say_missing(std::span<const artifact::ChunkRef> batch,
                                const std::vector<artifact::ChunkRef>& have) {
    std::size_t missing = 0;
    std::string first;
    for (const auto& chunk : batch) {
      const auto found =
          std::lower_bound(have.begin(), have.end(), artifact::ChunkRef{chunk.sha256, 0});
      if (found != have.end() && found->sha256 == chunk.sha256) {
        if (found->size == chunk.size) continue;
        throw Error(ErrorCode::kInvalidArgument,
                    "the manifest says that chunk " + chunk.sha256.hex() + " has " +
                        std::to_string(chunk.size) + " bytes; it has " +
                        std::to_string(found->size));
      }
      if (missing++ == 0) first = chunk.sha256.hex();
    }
    throw Error(ErrorCode::kFailedPrecondition,
                std::to_string(missing) + " chunks or more are missing, such as " + first +
                    ": ask which (FindMissing), upload them, and commit again");
  }

  void add_tags(std::int64_t version) {
    if (wanted_.tags.empty()) return;
    const PgResult count =
        connection_.run(kAddTags, PgParams().bigint(version).texts(wanted_.tags));
    if (count.integer(0, 0) > static_cast<std::int32_t>(kMostTags))
      throw Error(ErrorCode::kFailedPrecondition, "a version has at most 64 tags");
  }

  PgConnection& connection_;
  const VersionCommit& wanted_;
  Upload upload_;
  Collection collection_;
};

}  // namespace

CommittedVersion commit_version(Database& database, const VersionCommit& commit) {
  const Database::PgLease lease = database.pg();
  return in_transaction(
      *lease, [&](PgConnection& connection) { return Commit(connection, commit).work(); });
}

}  // namespace tracker::storage
