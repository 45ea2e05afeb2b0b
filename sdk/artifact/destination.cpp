#include "artifact/destination.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include <tracker/error.hpp>

#include "artifact/paths.hpp"

namespace tracker::artifact {
namespace {

using base::Fd;

// A link is never followed: what it leads to is not what the folder's owner gave us.
constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::string part_name(std::size_t number) { return std::to_string(number) + ".part"; }

std::string_view parent_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string name_of(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

// The next component of `path`, which is shortened by it.
std::string take_component(std::string_view& path) {
  const auto slash = path.find('/');
  std::string component(path.substr(0, slash));
  path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  return component;
}

}  // namespace

void Destination::fail(std::string_view place, int error) const {
  const std::string name = (folder_ / place).string();
  if (error == ENOSPC || error == EDQUOT)
    throw Error(ErrorCode::kResourceExhausted,
                "there is no room for " + name + ": free some, or write to another disk");
  if (error == ELOOP || error == ENOTDIR || error == EISDIR || error == ENOTEMPTY)
    throw Error(ErrorCode::kFailedPrecondition,
                name +
                    " is in the way (a link, or a file where a folder belongs, or the other way "
                    "round): remove it, or write to another folder");
  throw Error(ErrorCode::kUnavailable,
              "cannot write " + name + ": " + std::strerror(error) + "; check the folder");
}

Destination::Destination(std::filesystem::path folder, const Sha256& version)
    : folder_(std::move(folder)), parts_name_(parts_folder(version.hex())) {
  std::error_code failed;
  std::filesystem::create_directories(folder_, failed);
  if (failed) fail("", failed.value());
  // The folder itself is what the user named: it may be a link.
  root_.reset(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root_) fail("", errno);
  if (::mkdirat(root_.get(), parts_name_.c_str(), 0777) != 0 && errno != EEXIST)
    fail(parts_name_, errno);
  parts_.reset(::openat(root_.get(), parts_name_.c_str(), kFolder));
  if (!parts_) fail(parts_name_, errno);
  lock_.reset(::openat(parts_.get(), "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!lock_) fail(parts_name_ + "/lock", errno);
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0)
    throw Error(ErrorCode::kFailedPrecondition, "another process writes this version to " +
                                                    folder_.string() +
                                                    ": wait for it, or write to another folder");
}

bool Destination::has_part(std::size_t number) const {
  return ::faccessat(parts_.get(), part_name(number).c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

Destination::Part Destination::part(std::size_t number, std::uint64_t size) const {
  const std::string name = part_name(number);
  Part part;
  part.fd.reset(
      ::openat(parts_.get(), name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666));
  struct stat status {};
  if (!part.fd || ::fstat(part.fd.get(), &status) != 0) fail(parts_name_ + '/' + name, errno);
  part.resumed = static_cast<std::uint64_t>(status.st_size) == size && size > 0;
  if (!part.resumed && ::ftruncate(part.fd.get(), static_cast<off_t>(size)) != 0)
    fail(parts_name_ + '/' + name, errno);
  return part;
}

Fd Destination::folder_of(std::string_view path, Missing missing) const {
  Fd at(::fcntl(root_.get(), F_DUPFD_CLOEXEC, 0));
  if (!at) fail("", errno);
  for (auto rest = parent_of(path); !rest.empty();) {
    const std::string component = take_component(rest);
    if (missing == Missing::kMake && ::mkdirat(at.get(), component.c_str(), 0777) != 0 &&
        errno != EEXIST)
      fail(path, errno);
    at.reset(::openat(at.get(), component.c_str(), kFolder));
    if (!at && missing == Missing::kLeave) return {};
    if (!at) fail(parent_of(path), errno);
  }
  return at;
}

Fd Destination::existing(std::string_view path) const {
  const Fd folder = folder_of(path, Missing::kLeave);
  if (!folder) return {};
  Fd fd(::openat(folder.get(), name_of(path).c_str(),
                 O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  return fd;
}

void Destination::publish(std::size_t number, std::string_view path) {
  const std::string part = part_name(number);
  const Fd fd(::openat(parts_.get(), part.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd || ::fdatasync(fd.get()) != 0) fail(parts_name_ + '/' + part, errno);
  const Fd folder = folder_of(path, Missing::kMake);
  if (::renameat(parts_.get(), part.c_str(), folder.get(), name_of(path).c_str()) != 0)
    fail(path, errno);
  const std::lock_guard lock(mutex_);
  for (auto parent = parent_of(path);; parent = parent_of(parent)) {
    if (!touched_.emplace(parent).second || parent.empty()) break;
  }
}

void Destination::finish() {
  for (const std::string& folder : touched_) {
    const Fd fd = folder_of(folder.empty() ? "x" : folder + "/x", Missing::kLeave);
    // EINVAL: a file system whose folders need no sync.
    if (!fd || (::fsync(fd.get()) != 0 && errno != EINVAL)) fail(folder, errno);
  }
  ::unlinkat(parts_.get(), "lock", 0);
  ::unlinkat(root_.get(), parts_name_.c_str(), AT_REMOVEDIR);
}

}  // namespace tracker::artifact
