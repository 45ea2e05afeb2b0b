#include "core/whole_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include <tracker/error.hpp>

#include "core/file_descriptor.hpp"

namespace tracker::core {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& file, int error) {
  const char* remedy = error == ENOSPC || error == EDQUOT
                           ? "make room on that disk"
                           : "see that this user may write in that folder";
  throw Error(ErrorCode::kUnavailable,
              "cannot write " + file.string() + ": " + std::strerror(error) + ": " + remedy);
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

void write_whole_file(const fs::path& file, std::string_view text, mode_t mode) {
  const auto fresh = file.string() + ".new";
  ::unlink(fresh.c_str());
  const FileDescriptor out(
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!out) fail(file, errno);
  if (!write_all(out.get(), text) || ::fsync(out.get()) != 0 ||
      ::rename(fresh.c_str(), file.c_str()) != 0) {
    const int error = errno;
    ::unlink(fresh.c_str());
    fail(file, error);
  }
  const auto parent = file.has_parent_path() ? file.parent_path() : fs::path(".");
  const FileDescriptor folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // EINVAL: a file system whose folders need no sync.
  if (!folder || (::fsync(folder.get()) != 0 && errno != EINVAL)) fail(file, errno);
}

}  // namespace tracker::core
