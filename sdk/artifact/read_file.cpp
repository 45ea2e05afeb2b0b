#include "artifact/read_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include <tracker/error.hpp>

#include "base/fd.hpp"

namespace tracker::artifact {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, int error) {
  const ErrorCode code = error == ENOENT   ? ErrorCode::kNotFound
                         : error == EACCES ? ErrorCode::kPermissionDenied
                                           : ErrorCode::kUnavailable;
  throw Error(code, "cannot read " + file.string() + ": " + std::strerror(error));
}

struct stat status_of(const base::Fd& fd, const std::filesystem::path& file) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) fail(file, errno);
  return status;
}

bool same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

// ctime as well: mtime can be set back. It moves also when another name of the file comes or goes,
// which the number of its links tells. Another file under the same name has another inode.
void check_unchanged(const std::filesystem::path& file, const struct stat& before,
                     const struct stat& after, std::uint64_t read) {
  struct stat named {};
  const bool there = ::stat(file.c_str(), &named) == 0 && named.st_ino == before.st_ino &&
                     named.st_dev == before.st_dev;
  const bool untouched =
      same_time(before.st_ctim, after.st_ctim) || before.st_nlink != after.st_nlink;
  if (there && before.st_size == after.st_size && same_time(before.st_mtim, after.st_mtim) &&
      untouched && read == static_cast<std::uint64_t>(after.st_size))
    return;
  throw Error(ErrorCode::kFailedPrecondition,
              file.string() +
                  " changed while it was read: put it again when nothing writes to it any more");
}

}  // namespace

FileContent read_file(const std::filesystem::path& file, FileChunks& reader,
                      const std::function<void(const ChunkRef&, std::string_view)>& take) {
  const base::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) fail(file, errno);
  const struct stat before = status_of(fd, file);
  if (!S_ISREG(before.st_mode)) fail(file, EINVAL);
  FileContent content;
  Sha256Hasher whole;
  reader.begin(fd.get(), file.string());
  for (auto bytes = reader.next(); !bytes.empty(); bytes = reader.next()) {
    const ChunkRef chunk{sha256(bytes), static_cast<std::uint32_t>(bytes.size())};
    content.chunks.push_back(chunk);
    // A file's only chunk has the file's digest: no need to compute it twice.
    if (bytes.size() != static_cast<std::uint64_t>(before.st_size)) whole.add(bytes);
    take(chunk, bytes);
  }
  content.size = reader.offset();
  check_unchanged(file, before, status_of(fd, file), content.size);
  content.sha256 = content.chunks.size() == 1 ? content.chunks[0].sha256 : whole.finish();
  return content;
}

}  // namespace tracker::artifact
