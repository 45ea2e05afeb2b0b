#include "artifacts/uploads.hpp"

#include <algorithm>

#include <tracker/error.hpp>

#include "artifact/manifest.hpp"
#include "artifact/names.hpp"
#include "artifacts/checks.hpp"
#include "artifacts/meters.hpp"
#include "core/time.hpp"

namespace tracker::artifacts {
namespace {

// Who writes objects and dies leaves them for this long; who takes longer writes them again. So few
// are written in one go that S3, which gives up after four times a minute, hardly ever takes it.
constexpr std::int64_t kObjectPatienceUs = 60 * core::kMinuteUs;
constexpr std::size_t kObjectsAtOnce = 8;
constexpr int kObjectAttempts = 3;

storage::ArrivedChunk checked(const ReceivedChunk& chunk) {
  if (chunk.data.empty() || chunk.data.size() > artifact::kMostChunkBytes)
    throw Error(ErrorCode::kInvalidArgument,
                "a chunk has 1 byte to 4 MiB, not " + std::to_string(chunk.data.size()) + " bytes");
  const artifact::Sha256 said = digest_of(chunk.sha256), is = artifact::sha256(chunk.data);
  if (said != is)
    throw Error(ErrorCode::kInvalidArgument, "chunk " + said.hex() + " arrived as " + is.hex() +
                                                 ": the file changed while it was read, or the "
                                                 "connection is not to be trusted");
  return {said, static_cast<std::uint32_t>(chunk.data.size()), chunk.data, {}};
}

// Counted where it happens: what came before a failure came, and what was stored stays stored.
void note_arrived(Received& received, const ReceivedChunk& chunk) {
  ++received.chunks;
  received.bytes += chunk.data.size();
  meters().received_chunks.add();
  meters().received_bytes.add(chunk.data.size());
}

void note_new(Received& received, const storage::AddedChunks& added) {
  received.new_chunks += added.chunks;
  received.new_bytes += added.bytes;
  meters().stored_chunks.add(added.chunks);
  meters().stored_bytes.add(added.bytes);
}

// Of a commit that is done, whether it made the version or found one.
void count_commit(const storage::CommittedVersion& committed) {
  const auto& version = committed.version;
  if (committed.created) meters().versions.add();
  meters().version_bytes.add(version.size_bytes);
  const auto added = committed.created ? version.added_bytes : 0;
  meters().deduplicated_bytes.add(version.size_bytes - std::min(added, version.size_bytes));
}

core::RunId run_named(const std::string& text) {
  if (const auto run = core::RunId::parse(text)) return *run;
  throw Error(ErrorCode::kInvalidArgument, "'" + artifact::shown(text) + "' is not a run's id");
}

}  // namespace

Received& Received::operator+=(const Received& other) noexcept {
  chunks += other.chunks;
  bytes += other.bytes;
  new_chunks += other.new_chunks;
  new_bytes += other.new_bytes;
  return *this;
}

storage::ArtifactUploadId upload_id(std::string_view text) {
  if (const auto id = storage::ArtifactUploadId::parse(text)) return *id;
  throw Error(ErrorCode::kNotFound, "there is no upload '" + artifact::shown(text) + "'");
}

Uploads::Uploads(storage::Database& database, const core::Clock& clock, ChunkStore* store)
    : database_(database), clock_(clock), store_(store) {}

BegunUpload Uploads::begin(const UploadRequest& request) {
  check_project(request.project);
  artifact::check_type(request.type);
  artifact::check_collection_name(request.name);
  check_client(request.client);
  const std::int64_t now = clock_.now_us();
  const auto id =
      storage::begin_upload(database_, {request.project, request.type, request.name, request.client,
                                        now, request.makes_project, request.creator});
  return {id, now + storage::kUploadLifeUs};
}

std::vector<std::uint32_t> Uploads::find_missing(storage::ArtifactUploadId upload,
                                                 std::span<const artifact::Sha256> chunks) {
  check_digest_count(chunks.size());
  return storage::hold_chunks(database_, upload, chunks, clock_.now_us());
}

Received Uploads::add(storage::ArtifactUploadId upload, std::span<const ReceivedChunk> chunks) {
  return counted(Work::kUpload, [&] { return add_all(upload, chunks); });
}

Received Uploads::add_all(storage::ArtifactUploadId upload, std::span<const ReceivedChunk> chunks) {
  if (chunks.size() > kMostChunksOfMessage)
    throw Error(ErrorCode::kInvalidArgument,
                "a message has at most " + std::to_string(kMostChunksOfMessage) + " chunks");
  Received out;
  std::vector<storage::ArrivedChunk> arrived;
  arrived.reserve(chunks.size());
  for (const ReceivedChunk& chunk : chunks) {
    arrived.push_back(checked(chunk));
    note_arrived(out, chunk);
  }
  if (store_ == nullptr) {
    note_new(out, storage::add_chunks(database_, upload, arrived, clock_.now_us()));
    return out;
  }
  std::span<storage::ArrivedChunk> rest = arrived;
  while (!rest.empty()) {
    const auto few = rest.first(std::min(rest.size(), kObjectsAtOnce));
    note_new(out, add_outside(upload, few));
    rest = rest.subspan(few.size());
  }
  return out;
}

storage::AddedChunks Uploads::add_outside(storage::ArtifactUploadId upload,
                                          std::span<storage::ArrivedChunk> chunks) {
  for (int attempt = 1;; ++attempt) {
    try {
      put_outside(upload, chunks);
      return storage::add_chunks(database_, upload, chunks, clock_.now_us());
    } catch (const storage::ObjectsRemoved&) {
      if (attempt == kObjectAttempts) throw;
    }
  }
}

void Uploads::put_outside(storage::ArtifactUploadId upload,
                          std::span<storage::ArrivedChunk> chunks) {
  std::vector<artifact::Sha256> digests;
  for (auto& chunk : chunks) {
    digests.push_back(chunk.sha256);
    chunk.object.clear();  // of an attempt before
  }
  const std::int64_t now = clock_.now_us();
  std::vector<std::string> objects;
  std::vector<std::uint32_t> missing = storage::hold_chunks(database_, upload, digests, now);
  for (const std::uint32_t i : missing) {
    chunks[i].object = std::string(store_->prefix()) + core::Uuid::random().text();
    objects.push_back(chunks[i].object);
  }
  if (objects.empty()) return;
  storage::register_objects(database_, objects, now + kObjectPatienceUs);
  for (const std::uint32_t i : missing) store_->put(chunks[i].object, chunks[i].data);
}

void Uploads::abort(storage::ArtifactUploadId upload) { storage::abort_upload(database_, upload); }

void Uploads::check(const CommitRequest& request) {
  digest_of(request.digest);
  if (request.aliases.size() > storage::kMostAliases || request.tags.size() > storage::kMostTags)
    throw Error(ErrorCode::kInvalidArgument, "a version has at most 64 aliases and 64 tags");
  for (const auto& alias : request.aliases) artifact::check_alias(alias);
  for (const auto& tag : request.tags) artifact::check_tag(tag);
  check_description(request.description);
  if (!request.metadata_json.empty()) check_metadata(request.metadata_json);
  if (!request.run_id.empty()) run_named(request.run_id);
  if (request.ttl_s) time_of(*request.ttl_s);
}

storage::CommittedVersion Uploads::commit(const CommitRequest& request, std::string_view manifest) {
  check(request);
  storage::VersionCommit commit;
  commit.upload = request.upload;
  commit.digest = digest_of(request.digest);
  commit.manifest = manifest;
  if (artifact::sha256(manifest) != commit.digest)
    throw Error(ErrorCode::kInvalidArgument, "the manifest that arrived has another digest than " +
                                                 commit.digest.hex() + ", which was announced");
  commit.contents = artifact::contents_of(manifest);
  commit.aliases = request.aliases;
  commit.tags = request.tags;
  commit.description = request.description;
  if (!request.metadata_json.empty()) commit.metadata_json = request.metadata_json;
  if (!request.run_id.empty()) commit.run = run_named(request.run_id);
  if (request.ttl_s) commit.ttl_us = time_of(*request.ttl_s);
  commit.now_us = clock_.now_us();
  const auto committed =
      counted(Work::kCommit, [&] { return storage::commit_version(database_, commit); });
  count_commit(committed);
  return committed;
}

}  // namespace tracker::artifacts
