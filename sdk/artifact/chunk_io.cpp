#include "artifact/chunk_io.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <tracker/error.hpp>

namespace tracker::artifact {
namespace {

// As much as there is, up to `size`.
std::size_t read_at(int fd, std::uint64_t offset, char* into, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n = ::pread(fd, into + done, size - done, static_cast<off_t>(offset + done));
    if (n == 0) break;
    if (n > 0) {
      done += static_cast<std::size_t>(n);
    } else if (errno != EINTR) {
      throw Error(ErrorCode::kUnavailable,
                  std::string("cannot read a file: ") + std::strerror(errno) + "; check its disk");
    }
  }
  return done;
}

std::uint64_t size_of(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

}  // namespace

bool read_chunk(int fd, std::uint64_t offset, const ChunkRef& chunk, std::string& buffer) {
  buffer.resize(chunk.size);
  return read_at(fd, offset, buffer.data(), chunk.size) == chunk.size &&
         sha256(buffer) == chunk.sha256;
}

int write_at(int fd, std::uint64_t offset, std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return 0;
}

std::optional<Stretch> first_difference(int fd, const Entry& entry) {
  std::string buffer;
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < entry.chunks.size(); ++i) {
    const ChunkRef chunk = entry.chunks[i];
    if (!read_chunk(fd, at, chunk, buffer)) return Stretch{at, at + chunk.size};
    at += chunk.size;
  }
  if (const std::uint64_t size = size_of(fd); size > at) return Stretch{at, size};
  return std::nullopt;
}

Sha256 digest_of(int fd) {
  std::string buffer(1 << 20, '\0');
  Sha256Hasher hasher;
  for (std::uint64_t at = 0;;) {
    const std::size_t n = read_at(fd, at, buffer.data(), buffer.size());
    hasher.add(std::string_view(buffer).substr(0, n));
    if (n < buffer.size()) return hasher.finish();
    at += n;
  }
}

}  // namespace tracker::artifact
