#include "hub/checksum.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "hub/digest.hpp"
#include "hub/disk.hpp"

namespace trainer::hub {
namespace {

constexpr std::size_t kReadBytes = 1U << 20U;
constexpr std::size_t kSha256Digits = 64;
constexpr std::size_t kSha1Digits = 40;

// How many bytes; nullopt when it was stopped.
std::optional<std::uint64_t> add_file(Digest& digest, int fd, const std::filesystem::path& file,
                                      const std::stop_token& stop = {}) {
  std::vector<char> buffer(kReadBytes);
  std::uint64_t bytes = 0;
  while (!stop.stop_requested()) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got == 0) {
      return bytes;
    }
    if (got < 0 && errno != EINTR) {
      throw io_error(file, "read", errno);
    }
    if (got > 0) {
      digest.add(buffer.data(), static_cast<std::size_t>(got));
      bytes += static_cast<std::uint64_t>(got);
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<FileDigest> digest_of(const std::filesystem::path& file,
                                    const std::stop_token& stop) {
  const FileDescriptor fd = open_file(file, O_RDONLY);
  Digest digest(Digest::Kind::kSha256);
  const std::optional<std::uint64_t> bytes = add_file(digest, fd.get(), file, stop);
  return bytes ? std::optional(FileDigest{.sha256 = digest.hex(), .bytes = *bytes}) : std::nullopt;
}

std::string sha256_of(const std::filesystem::path& file) {
  return digest_of(file, {}).value().sha256;
}

std::string git_blob_id_of(const std::filesystem::path& file) {
  const FileDescriptor fd = open_file(file, O_RDONLY);
  struct stat info {};
  if (fstat(fd.get(), &info) != 0) {
    throw io_error(file, "read", errno);
  }
  Digest digest(Digest::Kind::kSha1);
  const std::string head = "blob " + std::to_string(info.st_size);
  digest.add(head.c_str(), head.size() + 1);
  add_file(digest, fd.get(), file);
  return digest.hex();
}

bool names_content(const std::string& etag) {
  return (etag.size() == kSha256Digits || etag.size() == kSha1Digits) &&
         etag.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool is_tag_of_nothing(const std::string& etag) {
  if (!names_content(etag)) {
    return true;
  }
  Digest sha256(Digest::Kind::kSha256);
  Digest sha1(Digest::Kind::kSha1);
  const std::string head = "blob 0";
  sha1.add(head.c_str(), head.size() + 1);
  return (etag.size() == kSha256Digits ? sha256 : sha1).hex() == etag;
}

bool content_matches(const std::filesystem::path& file, const std::string& etag) {
  if (!names_content(etag)) {
    return true;
  }
  return (etag.size() == kSha256Digits ? sha256_of(file) : git_blob_id_of(file)) == etag;
}

}  // namespace trainer::hub
