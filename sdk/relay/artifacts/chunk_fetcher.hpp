#pragma once

#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "artifact/manifest.hpp"
#include "relay/artifacts/download.hpp"

namespace tracker::relay {

// Fetches chunks of a project through several streams, each once, roughly in the order given, from
// the cache where it has them. Every chunk's SHA-256 is checked.
class ChunkFetcher {
 public:
  // Called once for each chunk, with its index in the list and its bytes, by any of several
  // threads. What it throws ends the fetching at once, whatever its code: the server is not asked
  // again for what this machine cannot keep.
  using Take = std::function<void(std::size_t index, std::string_view bytes)>;

  ChunkFetcher(const ArtifactsClient& client, std::string project, const DownloadOptions& options)
      : client_(client), project_(std::move(project)), options_(options) {}

  // Blocks until all were taken; throws Error as download().
  void fetch(const std::vector<artifact::ChunkRef>& chunks, const Take& take);

 private:
  struct Work;
  void run(Work& work);
  void fetch_batch(Work& work, std::size_t from, std::size_t to);
  std::vector<std::size_t> take_cached(Work& work, std::size_t from, std::size_t to);
  void stream(Work& work, std::vector<std::size_t>& wanted);

  const ArtifactsClient& client_;
  const std::string project_;
  const DownloadOptions& options_;
};

}  // namespace tracker::relay
