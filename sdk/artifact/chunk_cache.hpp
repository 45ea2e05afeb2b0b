#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "artifact/manifest.hpp"

// Chunks that this machine fetched, in the folder `chunks` of the cache (cache.hpp), kept by their
// digests, so that another version of the same artifact, or the same one again, comes without the
// network.
namespace tracker::artifact {

// `folder`/ab/abcdef…: a chunk a file, written under another name and renamed. It is checked
// whenever it is read, so a damaged one (a power loss: nothing is synced) is the same as none, and
// is removed. Any thread, any number of processes. A cache that cannot be written is no error: it
// stays as it is.
class ChunkCache {
 public:
  // `limit_bytes` 0 switches it off, and so does an empty `folder`; cache.hpp keeps to the limit.
  ChunkCache(std::filesystem::path folder, std::uint64_t limit_bytes);

  bool get(const ChunkRef& chunk, std::string& bytes) noexcept;
  void put(const ChunkRef& chunk, std::string_view bytes) noexcept;

 private:
  std::filesystem::path file_of(const Sha256& digest) const;
  bool write(const std::filesystem::path& file, std::string_view bytes);

  const std::filesystem::path folder_;
  std::atomic<bool> off_;
  std::atomic<std::uint64_t> names_{0};
};

// True for a chunk that is being written, or that a killed process left so.
bool is_unfinished_chunk(const std::filesystem::path& file);

}  // namespace tracker::artifact
