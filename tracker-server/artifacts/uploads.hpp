#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "artifacts/chunk_store.hpp"
#include "core/clock.hpp"
#include "storage/artifacts/commit.hpp"
#include "storage/artifacts/uploads.hpp"
#include "storage/database.hpp"

// Uploads as callers see them: everything is checked here, before the database is asked. Rules:
// docs/artifacts.md, "An upload". Calls block on the database; any thread. Errors: Error as the
// page says.
namespace tracker::artifacts {

struct UploadRequest {
  std::string project, type, name, client;
  // As storage::NewUpload has them.
  bool makes_project = false;
  std::optional<core::UserId> creator{};
};
struct BegunUpload {
  storage::ArtifactUploadId id;
  std::int64_t expires_us = 0;
};

// A chunk as it arrived. Views of the message.
struct ReceivedChunk {
  std::string_view sha256;  // 32 bytes, as the sender says
  std::string_view data;
};
struct Received {
  std::uint64_t chunks = 0, bytes = 0;
  std::uint64_t new_chunks = 0, new_bytes = 0;  // that the project had not

  Received& operator+=(const Received& other) noexcept;
};

struct CommitRequest {
  storage::ArtifactUploadId upload;
  std::string digest;  // 32 bytes
  std::vector<std::string> aliases, tags;
  std::string description, metadata_json, run_id;
  std::optional<std::uint64_t> ttl_s;
};

// Throws Error(kNotFound) for what is no upload's id.
storage::ArtifactUploadId upload_id(std::string_view text);

class Uploads {
 public:
  // `store` is where new chunks go; null: the database. All must outlive it.
  Uploads(storage::Database& database, const core::Clock& clock, ChunkStore* store);

  BegunUpload begin(const UploadRequest& request);
  std::vector<std::uint32_t> find_missing(storage::ArtifactUploadId upload,
                                          std::span<const artifact::Sha256> chunks);
  // At most kMostChunksOfMessage. Durable when it returns. When it throws, some of them may be
  // there all the same, which does no harm.
  Received add(storage::ArtifactUploadId upload, std::span<const ReceivedChunk> chunks);
  void abort(storage::ArtifactUploadId upload);

  // The header can be checked before the manifest has come.
  static void check(const CommitRequest& request);
  storage::CommittedVersion commit(const CommitRequest& request, std::string_view manifest);

 private:
  Received add_all(storage::ArtifactUploadId upload, std::span<const ReceivedChunk> chunks);
  // Writes those to the store that the project lacks, and gives them their objects.
  void put_outside(storage::ArtifactUploadId upload, std::span<storage::ArrivedChunk> chunks);
  storage::AddedChunks add_outside(storage::ArtifactUploadId upload,
                                   std::span<storage::ArrivedChunk> chunks);

  storage::Database& database_;
  const core::Clock& clock_;
  ChunkStore* const store_;
};

}  // namespace tracker::artifacts
