#include "artifacts/downloads.hpp"

#include <algorithm>
#include <utility>

#include <tracker/error.hpp>

#include "artifacts/meters.hpp"

namespace tracker::artifacts {
namespace {

// What one stream asks for at once, and has in memory.
constexpr std::size_t kChunksAtOnce = 256, kBytesAtOnce = 8u << 20;

[[noreturn]] void damaged(const artifact::Sha256& chunk) {
  throw Error(
      ErrorCode::kDataLoss,
      "the stored chunk " + chunk.hex() +
          " is damaged: `tracker admin check` names the versions that it touches if it lies "
          "in the database, else ask `tracker artifact verify` version by version");
}

}  // namespace

Downloads::Downloads(storage::Database& database, ChunkStore* store, DownloadOptions options)
    : database_(database), store_(store), options_(options), reading_(options.reading) {}

Downloads::Manifest Downloads::manifest(const storage::ArtifactVersion& version) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(kept_.begin(), kept_.end(),
                                    [&](const Kept& kept) { return kept.version == version.id; });
    if (found != kept_.end()) {
      kept_.splice(kept_.begin(), kept_, found);
      return kept_.front().manifest;
    }
  }
  auto manifest = counted(Work::kDownload, [&] {
    return std::make_shared<const std::string>(storage::read_manifest(database_, version));
  });
  const std::lock_guard lock(mutex_);
  kept_.push_front({version.id, manifest});
  kept_bytes_ += manifest->size();
  while (kept_bytes_ > options_.kept_bytes && !kept_.empty()) {
    kept_bytes_ -= kept_.back().manifest->size();
    kept_.pop_back();
  }
  return manifest;
}

std::string Downloads::data_of(storage::StoredChunk& chunk) {
  std::string data = std::move(chunk.data);
  if (!chunk.object.empty()) {
    if (store_ == nullptr || !chunk.object.starts_with(store_->prefix()))
      throw Error(ErrorCode::kUnavailable,
                  "chunk " + chunk.sha256.hex() +
                      " lies in a store that this server was not told of: see --artifact-store");
    data = store_->get(chunk.object, chunk.size);
  }
  if (data.size() != chunk.size || artifact::sha256(data) != chunk.sha256) damaged(chunk.sha256);
  return data;
}

std::vector<storage::StoredChunk> Downloads::read(core::ProjectId project,
                                                  std::span<const artifact::Sha256> wanted) {
  reading_.acquire();
  const std::unique_ptr<std::counting_semaphore<>, void (*)(std::counting_semaphore<>*)> turn(
      &reading_, [](std::counting_semaphore<>* taken) { taken->release(); });
  return storage::read_chunks(database_, project, wanted, kBytesAtOnce);
}

void Downloads::chunks(core::ProjectId project, std::span<const artifact::Sha256> wanted,
                       const ChunkSink& sink) {
  while (!wanted.empty()) {
    const auto now = wanted.first(std::min(wanted.size(), kChunksAtOnce));
    auto found = counted(Work::kDownload, [&] { return read(project, now); });
    if (found.empty() || found.front().sha256 != now.front())
      throw Error(ErrorCode::kNotFound, "the project has no chunk " + now.front().hex());
    for (storage::StoredChunk& chunk : found) {
      if (chunk.sha256 != wanted.front()) break;  // the one before it is missing: said next time
      std::string data = counted(Work::kDownload, [&] { return data_of(chunk); });
      meters().read_chunks.add();
      meters().read_bytes.add(data.size());
      if (!sink(chunk.sha256, std::move(data))) return;
      wanted = wanted.subspan(1);
    }
  }
}

std::string Downloads::piece(core::ProjectId project, const FilePiece& piece) {
  std::string out;
  chunks(project, std::span(&piece.chunk, 1), [&](const artifact::Sha256&, std::string&& data) {
    out = std::move(data);
    return true;
  });
  return piece.size == out.size() ? out : out.substr(piece.from, piece.size);
}

std::vector<FilePiece> pieces_of(const artifact::Entry& entry, const ByteRange& range) {
  std::vector<FilePiece> out;
  const std::uint64_t end = range.from + range.size;
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < entry.chunks.size(); ++i) {
    const artifact::ChunkRef chunk = entry.chunks[i];
    const std::uint64_t from = std::max(at, range.from), to = std::min(at + chunk.size, end);
    if (from < to)
      out.push_back(
          {chunk.sha256, static_cast<std::size_t>(from - at), static_cast<std::size_t>(to - from)});
    at += chunk.size;
  }
  return out;
}

storage::ArtifactList<artifact::Entry> list_files(std::string_view manifest,
                                                  std::string_view prefix,
                                                  const storage::ArtifactPage& page) {
  storage::ArtifactList<artifact::Entry> out;
  artifact::ManifestReader reader(manifest);
  while (const auto entry = reader.next()) {
    if (entry->path <= page.after || !entry->path.starts_with(prefix)) continue;
    if (out.items.size() == page.limit) {
      out.next = out.items.back().path;
      break;
    }
    out.items.push_back(*entry);
  }
  return out;
}

std::optional<artifact::Entry> find_entry(std::string_view manifest, std::string_view path) {
  artifact::ManifestReader reader(manifest);
  while (auto entry = reader.next()) {
    if (entry->path == path) return entry;
    if (entry->path > path) break;
  }
  return std::nullopt;
}

}  // namespace tracker::artifacts
