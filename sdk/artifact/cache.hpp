#pragma once

#include <cstdint>
#include <filesystem>

// This user's cache of artifacts: `chunks` (chunk_cache.hpp), and `versions/DIGEST`, a folder with
// the files of a version (kept_version.hpp). Any number of processes use it at once.
namespace tracker::artifact {

// $TRACKER_CACHE_DIR, else $XDG_CACHE_HOME/tracker, else ~/.cache/tracker. Empty for a user without
// a home.
std::filesystem::path cache_folder();
// `chunks` in it; empty likewise.
std::filesystem::path chunks_folder();
// $TRACKER_CACHE_LIMIT_GB, else 10, in bytes; 0: nothing is to be kept. Throws
// Error(kInvalidArgument) if the variable is no number.
std::uint64_t cache_limit();

// Removes chunks and whole versions that nobody asked for the longest, and what killed processes
// left, until the rest keeps to the limit. A version that a process holds, or that was asked for
// within a day, stays, whatever the limit: whoever got its path by `artifact get --cached` may read
// it. Called when a transfer is over. Never throws: what cannot be removed is tried again the next
// time.
void trim_cache(const std::filesystem::path& cache, std::uint64_t limit_bytes) noexcept;

}  // namespace tracker::artifact
