#include "spool/layout.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <tracker/error.hpp>

#include "base/home.hpp"
#include "spool/segment.hpp"

namespace tracker::spool {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail(const char* what, const fs::path& path, int error) {
  throw Error(ErrorCode::kUnavailable, std::string("cannot ") + what + " " + path.string() + ": " +
                                           std::strerror(error) +
                                           "; check that the directory is writable");
}

bool is_writer(const fs::path& directory) {
  std::error_code none;
  return fs::exists(directory / "run.json", none) || !list_segments(directory).empty();
}

struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

std::vector<fs::path> folders_in(const fs::path& directory) {
  std::vector<fs::path> out;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(directory, none)) {
    if (entry.is_directory(none)) out.push_back(entry.path());
  }
  return out;
}

std::int64_t created_us(const fs::path& directory) {
  try {
    return read_info(directory).created_us;
  } catch (const Error&) {
    return 0;  // its reader will hear what is wrong with it
  }
}

}  // namespace

fs::path tracker_directory(const fs::path& configured) {
  if (!configured.empty()) return fs::absolute(configured);
  if (const char* set = std::getenv("TRACKER_DIR"); set != nullptr && *set != '\0')
    return fs::absolute(set);
  const fs::path home = base::home_directory();
  if (home.empty()) {
    throw Error(ErrorCode::kFailedPrecondition,
                "no home directory to keep runs in: set TRACKER_DIR");
  }
  return fs::absolute(home / ".local/share/tracker");
}

fs::path writer_directory(const fs::path& tracker_directory, const std::string& run_id,
                          const std::string& writer_id) {
  return tracker_directory / "runs" / run_id / writer_id;
}

std::vector<fs::path> list_writers(const fs::path& directory) {
  std::vector<fs::path> found;
  if (is_writer(directory)) {
    found.push_back(directory);
  } else {
    std::error_code none;
    const bool is_root = fs::exists(directory / "runs", none);
    const std::vector<fs::path> runs =
        is_root ? folders_in(directory / "runs") : std::vector{directory};
    for (const fs::path& run : runs) {
      for (const fs::path& writer : folders_in(run)) {
        if (is_writer(writer)) found.push_back(writer);
      }
    }
  }
  std::vector<std::pair<std::int64_t, fs::path>> dated;
  for (fs::path& path : found) dated.emplace_back(created_us(path), std::move(path));
  std::sort(dated.begin(), dated.end());
  found.clear();
  for (auto& [when, path] : dated) found.push_back(std::move(path));
  return found;
}

bool writer_alive(const fs::path& writer_directory) {
  const base::Fd fd(::open((writer_directory / "writer.lock").c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return errno != ENOENT && errno != ENOTDIR;  // another's, for example: cannot tell
  struct flock probe = whole_file();
  if (::fcntl(fd.get(), F_GETLK, &probe) != 0)
    return true;  // cannot tell: then nothing is decided about it
  return probe.l_type != F_UNLCK;
}

base::Fd lock_as_writer(const fs::path& writer_directory) {
  const fs::path path = writer_directory / "writer.lock";
  base::Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) fail("open", path, errno);
  struct flock lock = whole_file();
  if (::fcntl(fd.get(), F_SETLK, &lock) != 0) fail("lock", path, errno);
  return fd;
}

std::optional<RelayLock> RelayLock::try_acquire(const fs::path& writer_directory) {
  const fs::path path = writer_directory / "relay.lock";
  base::Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) fail("open", path, errno);
  struct flock lock = whole_file();
  if (::fcntl(fd.get(), F_OFD_SETLK, &lock) != 0) return std::nullopt;
  return RelayLock(std::move(fd));
}

bool RelayLock::is_held(const fs::path& writer_directory) {
  const base::Fd fd(::open((writer_directory / "relay.lock").c_str(), O_RDWR | O_CLOEXEC));
  struct flock probe = whole_file();
  return fd && ::fcntl(fd.get(), F_OFD_GETLK, &probe) == 0 && probe.l_type != F_UNLCK;
}

}  // namespace tracker::spool
