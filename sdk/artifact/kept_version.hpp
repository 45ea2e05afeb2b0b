#pragma once

#include <filesystem>

#include "base/fd.hpp"

// A version's folder in the cache, which processes read while others may want its room. Beside it
// lies `DIGEST.lock`: who reads holds a shared flock of it, who removes the folder an exclusive
// one; its time of change says when the version was asked for last.
namespace tracker::artifact {

// While it lives the folder is not removed. Plain to move; any thread.
class KeptVersion {
 public:
  // `folder` is there, or about to be made. Notes that it was asked for now. Waits while somebody
  // removes it. Throws Error that names the lock: kResourceExhausted without room, kUnavailable for
  // other failures, such as a cache that may not be written.
  explicit KeptVersion(const std::filesystem::path& folder);

 private:
  base::Fd lock_;
};

std::filesystem::path lock_of(const std::filesystem::path& version_folder);

// Removes a version's folder and its lock, unless somebody holds it; whoever asks for it meanwhile
// finds it whole or not at all. True if it is gone. Never throws.
bool remove_version(const std::filesystem::path& folder) noexcept;

// What remove_version() gives a folder as its name's end while it goes; a process that was killed
// leaves it so.
inline constexpr const char* kGoing = ".going";

}  // namespace tracker::artifact
