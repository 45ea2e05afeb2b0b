#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "artifact/chunk_cache.hpp"
#include "relay/artifacts/client.hpp"
#include "relay/artifacts/retry.hpp"

// Getting a version of an artifact (docs/artifacts.md, "Reading").
namespace tracker::relay {

// A version and its manifest, whose digest and rules were checked.
struct VersionManifest {
  v1::ArtifactVersion version;
  std::string manifest;
};

// How far it is. Bytes are those of the files.
struct DownloadProgress {
  std::atomic<std::uint64_t> bytes_total{0};    // of all files that are wanted
  std::atomic<std::uint64_t> bytes_here{0};     // were there already, in the folder or the cache
  std::atomic<std::uint64_t> bytes_fetched{0};  // came from the server
  std::atomic<std::uint64_t> files_done{0};
};

struct DownloadOptions {
  unsigned streams = 4;
  Patience patience;  // begins anew with each chunk
  std::stop_token stop;
  artifact::ChunkCache* cache = nullptr;  // none: nothing is kept beside the files
  DownloadProgress* progress = nullptr;
};

// Throws Error: kNotFound, kDataLoss if what came is not what the version's digest says.
VersionManifest get_manifest(const ArtifactsClient& client, const v1::ArtifactRef& ref,
                             const DownloadOptions& options);

// Writes the files that `wanted` takes into `folder` (artifact/destination.hpp): a file that is
// there with the right content stays, one with another is replaced (chunks that it has in their
// places are not fetched), others are left alone. Each is checked against the manifest before it
// gets its name. Whatever ends it halfway, a second call goes on there. References are passed over.
//
// Blocks. Throws Error: what artifact::Destination says of the folder; kNotFound or kDataLoss for
// chunks that are gone or damaged; kUnavailable when no server answered for as long as the patience
// goes, or a stop was asked for.
void download(const ArtifactsClient& client, const VersionManifest& version,
              const std::function<bool(std::string_view path)>& wanted,
              const std::filesystem::path& folder, const DownloadOptions& options);

// Has the server send every chunk of the version and checks each; keeps nothing. Throws as
// download.
void check_stored(const ArtifactsClient& client, const VersionManifest& version,
                  const DownloadOptions& options);

}  // namespace tracker::relay
