#include "base/atomic_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <tracker/error.hpp>

namespace tracker::base {
namespace {

const char* remedy(int error) {
  if (error == ENOSPC || error == EDQUOT) return "; free some room or write to another disk";
  if (error == ENOENT || error == ENOTDIR) return "; make its folder first";
  return "; check that its folder can be written";
}

Fd open_directory(const std::filesystem::path& directory) {
  return Fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace

void AtomicFile::fail(int error) const {
  throw Error(
      error == ENOSPC || error == EDQUOT ? ErrorCode::kResourceExhausted : ErrorCode::kUnavailable,
      "cannot write " + file_.string() + ": " + std::strerror(error) + remedy(error));
}

AtomicFile::AtomicFile(std::filesystem::path file, mode_t mode)
    : file_(std::move(file)), temporary_(file_.string() + ".part-" + std::to_string(::getpid())) {
  ::unlink(temporary_.c_str());
  fd_.reset(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!fd_) fail(errno);
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_.get(), bytes.data(), bytes.size());
    if (n >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(n));
    else if (errno != EINTR)
      fail(errno);
  }
}

void AtomicFile::commit() {
  if (::fsync(fd_.get()) != 0 || ::close(fd_.release()) != 0 ||
      ::rename(temporary_.c_str(), file_.c_str()) != 0) {
    fail(errno);
  }
  temporary_.clear();
  const Fd folder = open_directory(file_.has_parent_path() ? file_.parent_path() : ".");
  // EINVAL: a file system whose folders need no sync.
  if (!folder || (::fsync(folder.get()) != 0 && errno != EINVAL)) fail(errno);
}

void write_file_atomically(const std::filesystem::path& file, std::string_view bytes, mode_t mode) {
  AtomicFile out(file, mode);
  out.write(bytes);
  out.commit();
}

void sync_directory(const std::filesystem::path& directory) noexcept {
  const Fd fd = open_directory(directory);
  if (fd) ::fsync(fd.get());
}

}  // namespace tracker::base
