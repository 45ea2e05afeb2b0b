#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "artifact/manifest.hpp"
#include "artifacts/chunk_store.hpp"
#include "storage/artifacts/chunks.hpp"
#include "storage/artifacts/versions.hpp"
#include "storage/database.hpp"

// Manifests, files and chunks as they are read. Calls block on the database; any thread. Errors:
// Error(kNotFound), kDataLoss for bytes that are not what was stored, kUnavailable.
namespace tracker::artifacts {

// Gets a chunk; false ends the reading.
using ChunkSink = std::function<bool(const artifact::Sha256& sha256, std::string&& data)>;

// Bytes [from, from + size) of a file.
struct ByteRange {
  std::uint64_t from = 0, size = 0;
};
// A part of a chunk.
struct FilePiece {
  artifact::Sha256 chunk;
  std::size_t from = 0, size = 0;
};
// What the range of a file is made of, in order. `range` lies within the file.
std::vector<FilePiece> pieces_of(const artifact::Entry& entry, const ByteRange& range);

struct DownloadOptions {
  // Manifests that are kept for the next page of a list, the next file.
  std::size_t kept_bytes = 128u << 20;
  // Streams that ask the database at once: its connections are needed for other things too.
  std::ptrdiff_t reading = 4;
};

class Downloads {
 public:
  using Manifest = std::shared_ptr<const std::string>;

  // `store`: where chunks lie that are not in the database; null: nowhere. Both must outlive it.
  Downloads(storage::Database& database, ChunkStore* store, DownloadOptions options = {});

  // Checked against the version's digest.
  Manifest manifest(const storage::ArtifactVersion& version);

  // In the order asked for. Each chunk is checked before it is given.
  void chunks(core::ProjectId project, std::span<const artifact::Sha256> wanted,
              const ChunkSink& sink);

  // The bytes of one piece; the whole chunk is checked.
  std::string piece(core::ProjectId project, const FilePiece& piece);

 private:
  std::vector<storage::StoredChunk> read(core::ProjectId project,
                                         std::span<const artifact::Sha256> wanted);
  std::string data_of(storage::StoredChunk& chunk);

  storage::Database& database_;
  ChunkStore* const store_;
  const DownloadOptions options_;

  struct Kept {
    storage::ArtifactVersionId version;
    Manifest manifest;
  };
  std::counting_semaphore<> reading_;
  std::mutex mutex_;      // guards what follows
  std::list<Kept> kept_;  // last used first
  std::size_t kept_bytes_ = 0;
};

// Entries whose paths begin with `prefix`, in order. Views of the manifest.
storage::ArtifactList<artifact::Entry> list_files(std::string_view manifest,
                                                  std::string_view prefix,
                                                  const storage::ArtifactPage& page);

// The entry with that path; nothing if the manifest has none.
std::optional<artifact::Entry> find_entry(std::string_view manifest, std::string_view path);

}  // namespace tracker::artifacts
