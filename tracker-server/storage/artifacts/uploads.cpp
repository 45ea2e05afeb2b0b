#include "storage/artifacts/uploads.hpp"

#include <algorithm>

#include <tracker/error.hpp>

#include "artifact/names.hpp"
#include "core/time.hpp"
#include "storage/artifacts/rows.hpp"
#include "storage/projects.hpp"

namespace tracker::storage {
namespace {

constexpr std::int64_t kRenewEveryUs = 10 * core::kMinuteUs;

constexpr const char* kLockProjectByName =
    "SELECT id, deleted_us IS NOT NULL FROM project WHERE name = $1 FOR NO KEY UPDATE";
constexpr const char* kReviveProjectRow = "UPDATE project SET deleted_us = NULL WHERE id = $1";
constexpr const char* kTypeOf =
    "SELECT type FROM artifact_collection WHERE project_id = $1 AND name = $2";
constexpr const char* kBeginUpload = R"sql(
  INSERT INTO artifact_upload (uuid, project_id, name, type, client, created_us, expires_us)
  VALUES ($1, $2, $3, $4, $5, $6, $7))sql";

// Not with each call: streams of one upload would wait for one another.
constexpr const char* kRenew = R"sql(
  UPDATE artifact_upload SET expires_us = $3
  WHERE uuid = $1 AND NOT committed AND expires_us > $2 AND expires_us < $4)sql";
constexpr const char* kOpen = R"sql(
  SELECT id, project_id, committed, expires_us FROM artifact_upload
  WHERE uuid = $1 AND (committed OR expires_us > $2) FOR KEY SHARE)sql";

// The lock waits for a collector that removes one of the chunks, and then passes it over.
constexpr const char* kHoldUploaded = R"sql(
  WITH found AS (
    SELECT c.id, c.sha256 FROM unnest($3::bytea[]) AS s(sha256)
    JOIN artifact_chunk c ON c.project_id = $2 AND c.sha256 = s.sha256
    FOR KEY SHARE OF c),
  held AS (
    INSERT INTO artifact_upload_chunk (upload_id, chunk_id) SELECT DISTINCT $1, id FROM found
    ON CONFLICT DO NOTHING)
  SELECT sha256 FROM found)sql";
constexpr const char* kAddChunks = R"sql(
  WITH added AS (
    INSERT INTO artifact_chunk (project_id, sha256, size, object, data)
    SELECT $2, s.sha256, s.size, nullif(s.object, ''), CASE WHEN s.object = '' THEN s.data END
    FROM unnest($3::bytea[], $4::integer[], $5::text[], $6::bytea[]) AS s(sha256, size, object, data)
    ON CONFLICT (project_id, sha256) DO NOTHING RETURNING id, sha256, size, object),
  held AS (INSERT INTO artifact_upload_chunk (upload_id, chunk_id) SELECT $1, id FROM added)
  SELECT size, coalesce(object, '') FROM added)sql";
// Those that no collector has taken (storage/artifacts/sweep.cpp): whichever of the two comes first
// has them.
constexpr const char* kTakeArrived =
    "DELETE FROM artifact_object WHERE object = ANY ($1::text[]) AND remove_us > 0";

// The collector removes it.
constexpr const char* kAbort =
    "UPDATE artifact_upload SET expires_us = 0 WHERE uuid = $1 AND NOT committed";
constexpr const char* kRegister = R"sql(
  INSERT INTO artifact_object (object, remove_us) SELECT o, $2 FROM unnest($1::text[]) AS o)sql";

struct OpenUpload {
  std::int64_t row = 0;
  core::ProjectId project;
};

OpenUpload open_upload(PgConnection& connection, ArtifactUploadId upload, std::int64_t now_us) {
  const PgResult row = connection.run(kOpen, PgParams().uuid(upload.uuid().bytes).bigint(now_us));
  if (row.rows() == 0) throw no_such_upload(upload);
  if (row.boolean(0, 2))
    throw Error(ErrorCode::kFailedPrecondition,
                "the upload " + upload.text() + " is committed: begin a new one");
  return {row.bigint(0, 0), core::ProjectId(run_id_of(row.bytes(0, 1)).uuid())};
}

void renew(PgConnection& connection, ArtifactUploadId upload, std::int64_t now_us) {
  const std::int64_t until = now_us + kUploadLifeUs;
  connection.run(kRenew, PgParams()
                             .uuid(upload.uuid().bytes)
                             .bigint(now_us)
                             .bigint(until)
                             .bigint(until - kRenewEveryUs));
}

// Those of `digests` (rising) that the project has, held; rising.
std::vector<artifact::Sha256> hold(PgConnection& connection, const OpenUpload& upload,
                                   std::span<const std::string_view> digests) {
  const PgResult found = connection.run(
      kHoldUploaded,
      PgParams().bigint(upload.row).uuid(upload.project.uuid().bytes).byteas(digests));
  std::vector<artifact::Sha256> out;
  for (std::size_t i = 0; i < found.rows(); ++i) out.push_back(digest_of(found, i, 0));
  std::sort(out.begin(), out.end());
  return out;
}

// Objects that were written, and are not a chunk's yet. Nothing is done when one of them is about
// to be removed.
std::vector<std::string> take_objects(PgConnection& connection,
                                      std::span<const ArrivedChunk> chunks) {
  std::vector<std::string> objects;
  for (const ArrivedChunk& chunk : chunks)
    if (!chunk.object.empty()) objects.push_back(chunk.object);
  if (!objects.empty() &&
      connection.run(kTakeArrived, PgParams().texts(objects)).affected() != objects.size())
    throw ObjectsRemoved();
  return objects;
}

// Of the chunks that are not there; those that another upload stores at this moment are left out.
// Objects that became a chunk's are taken out of `objects`.
AddedChunks insert(PgConnection& connection, const OpenUpload& upload,
                   std::span<const ArrivedChunk* const> chunks, std::vector<std::string>& objects) {
  std::vector<std::string_view> digests, data;
  std::vector<std::int32_t> sizes;
  std::vector<std::string> keys;
  for (const ArrivedChunk* chunk : chunks) {
    digests.push_back(chunk->sha256.raw());
    sizes.push_back(static_cast<std::int32_t>(chunk->size));
    keys.push_back(chunk->object);
    data.push_back(chunk->object.empty() ? chunk->data : std::string_view());
  }
  const PgResult added = connection.run(kAddChunks, PgParams()
                                                        .bigint(upload.row)
                                                        .uuid(upload.project.uuid().bytes)
                                                        .byteas(digests)
                                                        .integers(sizes)
                                                        .texts(keys)
                                                        .byteas(data));
  AddedChunks out;
  for (std::size_t i = 0; i < added.rows(); ++i) {
    ++out.chunks;
    out.bytes += static_cast<std::uint64_t>(added.integer(i, 0));
    std::erase(objects, std::string(added.bytes(i, 1)));
  }
  return out;
}

// In order of their digests, so that two that store the same chunks never wait in a circle.
std::vector<const ArrivedChunk*> sorted(std::span<const ArrivedChunk> chunks) {
  std::vector<const ArrivedChunk*> out;
  for (const ArrivedChunk& chunk : chunks) out.push_back(&chunk);
  std::sort(out.begin(), out.end(), [](auto* a, auto* b) { return a->sha256 < b->sha256; });
  const auto same = [](auto* a, auto* b) { return a->sha256 == b->sha256; };
  out.erase(std::unique(out.begin(), out.end(), same), out.end());
  return out;
}

// One that another upload had just stored may be removed before it is held: then it is stored
// again.
AddedChunks add_until_held(PgConnection& connection, const OpenUpload& upload,
                           std::vector<const ArrivedChunk*> wanted,
                           std::vector<std::string>& objects) {
  AddedChunks out;
  while (true) {
    std::vector<std::string_view> digests;
    for (const ArrivedChunk* chunk : wanted) digests.push_back(chunk->sha256.raw());
    const auto held = hold(connection, upload, digests);
    std::erase_if(wanted, [&](const ArrivedChunk* chunk) {
      return std::binary_search(held.begin(), held.end(), chunk->sha256);
    });
    if (wanted.empty()) return out;
    const AddedChunks added = insert(connection, upload, wanted, objects);
    out.chunks += added.chunks;
    out.bytes += added.bytes;
  }
}

}  // namespace

Error no_such_upload(ArtifactUploadId upload) {
  return {ErrorCode::kNotFound, "the upload " + upload.text() +
                                    " is not there: it was given up, or nobody called for it for "
                                    "24 hours; begin a new one"};
}

std::optional<core::ProjectId> project_of_upload(Database& database, ArtifactUploadId upload) {
  const PgResult row = database.pg()->run("SELECT project_id FROM artifact_upload WHERE uuid = $1",
                                          PgParams().uuid(upload.uuid().bytes));
  if (row.rows() == 0) return std::nullopt;
  return core::ProjectId(run_id_of(row.bytes(0, 0)).uuid());
}

ArtifactUploadId begin_upload(Database& database, const NewUpload& upload) {
  const Database::PgLease lease = database.pg();
  return in_transaction(*lease, [&](PgConnection& connection) {
    make_project(connection, {upload.project, upload.now_us, upload.makes_project, upload.creator});
    const PgResult project = connection.run(kLockProjectByName, PgParams().text(upload.project));
    if (project.rows() == 0)
      throw Error(ErrorCode::kUnavailable, "the project is being removed: try again");
    const core::RunId id = run_id_of(project.bytes(0, 0));
    if (project.boolean(0, 1)) connection.run(kReviveProjectRow, PgParams().uuid(id.uuid().bytes));
    const PgResult type =
        connection.run(kTypeOf, PgParams().uuid(id.uuid().bytes).text(upload.name));
    if (type.rows() > 0 && type.bytes(0, 0) != upload.type)
      throw Error(ErrorCode::kFailedPrecondition,
                  "artifact '" + upload.name + "' holds the type '" +
                      std::string(type.bytes(0, 0)) + "', not '" + upload.type +
                      "': give the artifact another name");
    const auto made = ArtifactUploadId::random();
    connection.run(kBeginUpload, PgParams()
                                     .uuid(made.uuid().bytes)
                                     .uuid(id.uuid().bytes)
                                     .text(upload.name)
                                     .text(upload.type)
                                     .text(upload.client)
                                     .bigint(upload.now_us)
                                     .bigint(upload.now_us + kUploadLifeUs));
    return made;
  });
}

std::vector<std::uint32_t> hold_chunks(Database& database, ArtifactUploadId upload,
                                       std::span<const artifact::Sha256> chunks,
                                       std::int64_t now_us) {
  const Database::PgLease lease = database.pg();
  renew(*lease, upload, now_us);
  std::vector<std::string_view> digests;
  for (const artifact::Sha256& chunk : chunks) digests.push_back(chunk.raw());
  const auto held = in_transaction(*lease, [&](PgConnection& connection) {
    return hold(connection, open_upload(connection, upload, now_us), digests);
  });
  std::vector<std::uint32_t> missing;
  for (std::size_t i = 0; i < chunks.size(); ++i)
    if (!std::binary_search(held.begin(), held.end(), chunks[i]))
      missing.push_back(static_cast<std::uint32_t>(i));
  return missing;
}

AddedChunks add_chunks(Database& database, ArtifactUploadId upload,
                       std::span<const ArrivedChunk> chunks, std::int64_t now_us) {
  const Database::PgLease lease = database.pg();
  renew(*lease, upload, now_us);
  return in_transaction(*lease, [&](PgConnection& connection) {
    const OpenUpload open = open_upload(connection, upload, now_us);
    auto objects = take_objects(connection, chunks);
    const AddedChunks added = add_until_held(connection, open, sorted(chunks), objects);
    if (!objects.empty()) connection.run(kRegister, PgParams().texts(objects).bigint(now_us));
    return added;
  });
}

void abort_upload(Database& database, ArtifactUploadId upload) {
  database.pg()->run(kAbort, PgParams().uuid(upload.uuid().bytes));
}

void register_objects(Database& database, std::span<const std::string> objects,
                      std::int64_t remove_us) {
  database.pg()->run(kRegister, PgParams().texts(objects).bigint(remove_us));
}

}  // namespace tracker::storage
