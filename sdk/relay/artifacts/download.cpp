#include "relay/artifacts/download.hpp"

#include <cstring>
#include <memory>
#include <unordered_map>
#include <utility>

#include "artifact/chunk_io.hpp"
#include "artifact/destination.hpp"
#include "relay/artifacts/chunk_fetcher.hpp"

namespace tracker::relay {
namespace {

using artifact::ChunkRef;
using artifact::Destination;
using artifact::Entry;
using artifact::Sha256;

struct DigestHash {
  std::size_t operator()(const Sha256& digest) const noexcept {
    std::size_t head;  // a digest's bytes are as good as drawn
    std::memcpy(&head, digest.bytes.data(), sizeof head);
    return head;
  }
};

// A file that is being put together.
struct Target {
  std::size_t number = 0;  // of its entry in the manifest
  Entry entry{};
  std::atomic<std::size_t> lacking{0};  // chunks; whoever brings the last one publishes it
};

// Where a chunk belongs.
struct Place {
  Target* target;
  std::uint64_t offset;
};

class Assembly {
 public:
  Assembly(Destination& destination, const DownloadOptions& options)
      : destination_(destination), options_(options) {}

  // Looks at what is there: a file that is right is done, and of an unfinished or another one only
  // the chunks that are not in their places are wanted.
  void add(std::size_t number, const Entry& entry) {
    count(&DownloadProgress::bytes_total, *entry.size);
    const base::Fd was = destination_.existing(entry.path);
    if (was && !artifact::first_difference(was.get(), entry)) {
      count(&DownloadProgress::bytes_here, *entry.size);
      return count(&DownloadProgress::files_done, 1);
    }
    Target& target = *targets_.emplace_back(std::make_unique<Target>());
    target.number = number;
    target.entry = entry;
    const auto part = destination_.part(number, *entry.size);
    std::string buffer;
    std::uint64_t offset = 0;
    for (std::size_t i = 0; i < entry.chunks.size(); ++i) {
      const ChunkRef chunk = entry.chunks[i];
      if (is_here(chunk, {&target, offset}, part, was, buffer))
        count(&DownloadProgress::bytes_here, chunk.size);
      else
        want(chunk, {&target, offset});
      offset += chunk.size;
    }
    if (target.lacking == 0) publish(target);
  }

  const std::vector<ChunkRef>& wanted() const noexcept { return wanted_; }

  // Chunk `index` of wanted(). By any thread.
  void take(std::size_t index, std::string_view bytes) {
    for (const Place& place : places_[index]) {
      const auto part = destination_.part(place.target->number, *place.target->entry.size);
      if (const int error = artifact::write_at(part.fd.get(), place.offset, bytes); error != 0)
        destination_.fail(place.target->entry.path, error);
      if (--place.target->lacking == 0) publish(*place.target);
    }
  }

 private:
  // In the unfinished part, or in the file that it is to replace, and then in the part as well.
  bool is_here(const ChunkRef& chunk, const Place& place, const Destination::Part& part,
               const base::Fd& was, std::string& buffer) const {
    if (part.resumed && artifact::read_chunk(part.fd.get(), place.offset, chunk, buffer))
      return true;
    if (!was || !artifact::read_chunk(was.get(), place.offset, chunk, buffer)) return false;
    if (const int error = artifact::write_at(part.fd.get(), place.offset, buffer); error != 0)
      destination_.fail(place.target->entry.path, error);
    return true;
  }

  void want(const ChunkRef& chunk, const Place& place) {
    const auto [at, fresh] = index_.try_emplace(chunk.sha256, wanted_.size());
    if (fresh) {
      wanted_.push_back(chunk);
      places_.emplace_back();
    }
    places_[at->second].push_back(place);
    ++place.target->lacking;
  }

  void publish(const Target& target) {
    const Entry& entry = target.entry;
    // The digest of a file's only chunk is the file's.
    if (entry.chunks.size() > 1) {
      const auto part = destination_.part(target.number, *entry.size);
      if (artifact::digest_of(part.fd.get()) != entry.sha256)
        throw Error(ErrorCode::kDataLoss, std::string(entry.path) +
                                              ": its chunks are right, but the manifest has "
                                              "another SHA-256 for the file: put it anew");
    }
    destination_.publish(target.number, entry.path);
    count(&DownloadProgress::files_done, 1);
  }

  void count(std::atomic<std::uint64_t> DownloadProgress::*what, std::uint64_t by) const {
    if (options_.progress != nullptr) options_.progress->*what += by;
  }

  Destination& destination_;
  const DownloadOptions& options_;
  std::vector<std::unique_ptr<Target>> targets_;
  std::vector<ChunkRef> wanted_;            // each once
  std::vector<std::vector<Place>> places_;  // of each
  std::unordered_map<Sha256, std::size_t, DigestHash> index_;
};

VersionManifest read_manifest(const ArtifactsClient& client, const v1::ArtifactRef& ref,
                              const std::stop_token& stop) {
  Call call(stop);
  v1::GetManifestRequest request;
  *request.mutable_ref() = ref;
  const auto reader = client.stub().GetManifest(&call.context(), request);
  VersionManifest got;
  v1::GetManifestResponse part;
  while (got.manifest.size() <= artifact::kMostManifestBytes && reader->Read(&part)) {
    if (part.has_version()) got.version = part.version();
    got.manifest += part.data();
  }
  if (got.manifest.size() > artifact::kMostManifestBytes) call.context().TryCancel();
  client.check(reader->Finish());
  return got;
}

}  // namespace

VersionManifest get_manifest(const ArtifactsClient& client, const v1::ArtifactRef& ref,
                             const DownloadOptions& options) {
  VersionManifest got = with_patience(options.patience, options.stop,
                                      [&] { return read_manifest(client, ref, options.stop); });
  if (artifact::sha256(got.manifest).raw() != got.version.digest())
    throw Error(ErrorCode::kDataLoss,
                "the manifest that came is not the one of the version's digest: try again, and "
                "have the server checked with `tracker admin check`");
  artifact::contents_of(got.manifest);
  return got;
}

void download(const ArtifactsClient& client, const VersionManifest& version,
              const std::function<bool(std::string_view path)>& wanted,
              const std::filesystem::path& folder, const DownloadOptions& options) {
  Destination destination(folder, artifact::sha256(version.manifest));
  Assembly assembly(destination, options);
  artifact::ManifestReader entries(version.manifest);
  for (std::size_t number = 0;; ++number) {
    const auto entry = entries.next();
    if (!entry || options.stop.stop_requested()) break;
    if (entry->kind == artifact::EntryKind::kFile && wanted(entry->path))
      assembly.add(number, *entry);
  }
  ChunkFetcher(client, version.version.project(), options)
      .fetch(assembly.wanted(),
             [&](std::size_t index, std::string_view bytes) { assembly.take(index, bytes); });
  destination.finish();
}

void check_stored(const ArtifactsClient& client, const VersionManifest& version,
                  const DownloadOptions& options) {
  const auto contents = artifact::contents_of(version.manifest);
  if (options.progress != nullptr) {
    for (const auto& chunk : contents.chunks) options.progress->bytes_total += chunk.size;
  }
  ChunkFetcher(client, version.version.project(), options)
      .fetch(contents.chunks, [](std::size_t, std::string_view) {});
}

}  // namespace tracker::relay
