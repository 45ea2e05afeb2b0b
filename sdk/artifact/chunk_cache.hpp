#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "artifact/manifest.hpp"

// Chunks that this machine fetched, kept by their digests, so that another version of the same
// artifact, or the same one again, comes without the network.
namespace tracker::artifact {

// `folder`/ab/abcdef…: a chunk a file, written under another name and renamed. It is checked
// whenever it is read, so a damaged one (a power loss: nothing is synced) is the same as none, and
// is removed. Any thread, any number of processes. A cache that cannot be written is no error: it
// stays as it is.
class ChunkCache {
 public:
  // $TRACKER_CACHE_DIR, else $XDG_CACHE_HOME/tracker, else ~/.cache/tracker; `chunks` in it. Empty
  // for a user without a home.
  static std::filesystem::path default_folder();
  // $TRACKER_CACHE_LIMIT_GB, else 10, in bytes; 0 switches the cache off. Throws
  // Error(kInvalidArgument) if the variable is no number.
  static std::uint64_t default_limit();

  ChunkCache(std::filesystem::path folder, std::uint64_t limit_bytes);

  bool get(const ChunkRef& chunk, std::string& bytes) noexcept;
  void put(const ChunkRef& chunk, std::string_view bytes) noexcept;
  // Removes what was not asked for the longest, and what killed processes left, until the rest
  // keeps to the limit. Called when a transfer is over.
  void trim() noexcept;

 private:
  std::filesystem::path file_of(const Sha256& digest) const;
  bool write(const std::filesystem::path& file, std::string_view bytes);

  const std::filesystem::path folder_;
  const std::uint64_t limit_;
  std::atomic<bool> off_;
  std::atomic<std::uint64_t> names_{0};
};

}  // namespace tracker::artifact
