#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tracker/error.hpp>

#include "core/role.hpp"
#include "storage/artifacts/types.hpp"
#include "storage/database.hpp"

// Uploads and the chunks that arrive for them. An upload that is open holds its chunks, so that
// none is removed before the commit (storage/artifacts/commit.hpp). Each function is a transaction
// of its own, from any thread and any server. Errors: Error(kNotFound) for an upload that is gone,
// kFailedPrecondition for one that is committed, kUnavailable, kResourceExhausted, PgError.
namespace tracker::storage {

inline constexpr std::int64_t kUploadLifeUs = std::int64_t{24} * 3600 * 1'000'000;

struct NewUpload {
  std::string project, type, name, client;
  std::int64_t now_us = 0;
  // As storage::Registration has them.
  bool makes_project = false;
  std::optional<core::UserId> creator{};
};
// Makes the project if it is not there, and brings back a deleted one. Names have been checked.
// kFailedPrecondition if the collection holds another type, kUnavailable when a project was to be
// made and another made it.
ArtifactUploadId begin_upload(Database& database, const NewUpload& upload);

// Of an upload that is there, committed or not.
std::optional<core::ProjectId> project_of_upload(Database& database, ArtifactUploadId upload);
// kNotFound, in the words that all use for it.
Error no_such_upload(ArtifactUploadId upload);

// Holds those of the chunks that the upload's project has; indices of the others, rising.
std::vector<std::uint32_t> hold_chunks(Database& database, ArtifactUploadId upload,
                                       std::span<const artifact::Sha256> chunks,
                                       std::int64_t now_us);

// A chunk whose digest was computed from its bytes. They lie in `data`, or in another store under
// `object`, which register_objects() has told of.
struct ArrivedChunk {
  artifact::Sha256 sha256;
  std::uint32_t size = 0;
  std::string_view data;
  std::string object;  // not empty: `data` is not stored
};
// An object was removed before it could become a chunk's: whoever wrote it took longer than it had
// said to register_objects(). Nothing was stored.
class ObjectsRemoved : public Error {
 public:
  ObjectsRemoved()
      : Error(ErrorCode::kUnavailable,
              "the artifact store took so long that what was written there is removed: try again") {
  }
};
struct AddedChunks {
  std::uint64_t chunks = 0, bytes = 0;
};
// Stores and holds them, whoever else stores the same at the same time; those that were new. When
// it returns they are durable. Objects of chunks that were there already are removed with the next
// collection. Throws ObjectsRemoved.
AddedChunks add_chunks(Database& database, ArtifactUploadId upload,
                       std::span<const ArrivedChunk> chunks, std::int64_t now_us);

// Nothing happens to an upload that is committed or gone.
void abort_upload(Database& database, ArtifactUploadId upload);

// Objects that are about to be written to a store outside. Those that add_chunks() has not taken by
// `remove_us` are removed.
void register_objects(Database& database, std::span<const std::string> objects,
                      std::int64_t remove_us);

}  // namespace tracker::storage
