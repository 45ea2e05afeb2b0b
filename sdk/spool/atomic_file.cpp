#include "spool/atomic_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <tracker/error.hpp>

namespace tracker::spool {
namespace {

const char* remedy(int error) {
  if (error == ENOSPC || error == EDQUOT) return "; free some room or write to another disk";
  if (error == ENOENT || error == ENOTDIR) return "; make its folder first";
  return "; check that its folder can be written";
}

}  // namespace

void AtomicFile::fail(int error) const {
  throw Error(
      error == ENOSPC || error == EDQUOT ? ErrorCode::kResourceExhausted : ErrorCode::kUnavailable,
      "cannot write " + file_.string() + ": " + std::strerror(error) + remedy(error));
}

AtomicFile::AtomicFile(std::filesystem::path file, mode_t mode)
    : file_(std::move(file)), temporary_(file_.string() + ".part-" + std::to_string(::getpid())) {
  fd_.reset(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
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
  sync_directory(file_.has_parent_path() ? file_.parent_path() : ".");
}

void write_file_atomically(const std::filesystem::path& file, std::string_view bytes, mode_t mode) {
  AtomicFile out(file, mode);
  out.write(bytes);
  out.commit();
}

void sync_directory(const std::filesystem::path& directory) noexcept {
  const Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd) ::fsync(fd.get());
}

}  // namespace tracker::spool
