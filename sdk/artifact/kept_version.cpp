#include "artifact/kept_version.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include <tracker/error.hpp>

namespace tracker::artifact {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& place, int error) {
  throw Error(
      error == ENOSPC || error == EDQUOT ? ErrorCode::kResourceExhausted : ErrorCode::kUnavailable,
      "cannot write " + place.string() + ": " + std::strerror(error) +
          "; check the cache, or set $TRACKER_CACHE_DIR to another folder");
}

base::Fd open_lock(const fs::path& lock) {
  return base::Fd(::open(lock.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
}

// False if somebody removed the file that was opened: a lock of it keeps nothing.
bool is_still(const base::Fd& fd, const fs::path& place) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(fd.get(), &opened) == 0 && ::lstat(place.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

}  // namespace

fs::path lock_of(const fs::path& version_folder) { return version_folder.string() + ".lock"; }

KeptVersion::KeptVersion(const fs::path& folder) {
  const fs::path place = lock_of(folder);
  std::error_code failed;
  fs::create_directories(folder.parent_path(), failed);
  if (failed) fail(folder.parent_path(), failed.value());
  do {
    lock_ = open_lock(place);
    if (!lock_) fail(place, errno);
    while (::flock(lock_.get(), LOCK_SH) != 0) {
      if (errno != EINTR) fail(place, errno);
    }
  } while (!is_still(lock_, place));
  ::futimens(lock_.get(), nullptr);
}

bool remove_version(const fs::path& folder) noexcept try {
  const fs::path place = lock_of(folder), going = folder.string() + kGoing;
  base::Fd lock = open_lock(place);
  if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0 || !is_still(lock, place)) return false;
  std::error_code failed;
  fs::remove_all(going, failed);
  fs::rename(folder, going, failed);
  if (failed) return false;
  ::unlink(place.c_str());
  lock.reset();
  fs::remove_all(going, failed);
  return !failed;
} catch (const std::exception&) {
  return false;
}

}  // namespace tracker::artifact
