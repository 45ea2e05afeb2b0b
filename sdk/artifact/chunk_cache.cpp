#include "artifact/chunk_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "artifact/chunk_io.hpp"
#include "base/fd.hpp"

namespace tracker::artifact {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUnfinished = ".part-";

}  // namespace

ChunkCache::ChunkCache(fs::path folder, std::uint64_t limit_bytes)
    : folder_(std::move(folder)), off_(folder_.empty() || limit_bytes == 0) {}

fs::path ChunkCache::file_of(const Sha256& digest) const {
  const std::string name = digest.hex();
  return folder_ / name.substr(0, 2) / name;
}

bool ChunkCache::get(const ChunkRef& chunk, std::string& bytes) noexcept try {
  if (off_) return false;
  const fs::path file = file_of(chunk.sha256);
  const base::Fd fd(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return false;
  if (read_chunk(fd.get(), 0, chunk, bytes)) {
    ::futimens(fd.get(), nullptr);  // it was of use now
    return true;
  }
  ::unlink(file.c_str());
  return false;
} catch (const std::exception&) {
  return false;
}

void ChunkCache::put(const ChunkRef& chunk, std::string_view bytes) noexcept try {
  if (off_) return;
  const fs::path file = file_of(chunk.sha256);
  if (::access(file.c_str(), F_OK) == 0) return;
  std::error_code failed;
  fs::create_directories(file.parent_path(), failed);
  if (failed || !write(file, bytes)) off_ = true;
} catch (const std::exception&) {
  off_ = true;
}

bool ChunkCache::write(const fs::path& file, std::string_view bytes) {
  const std::string temporary = file.string() + std::string(kUnfinished) +
                                std::to_string(::getpid()) + '-' + std::to_string(names_++);
  const base::Fd fd(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return false;
  if (write_at(fd.get(), 0, bytes) == 0 && ::rename(temporary.c_str(), file.c_str()) == 0)
    return true;
  ::unlink(temporary.c_str());
  return false;
}

bool is_unfinished_chunk(const fs::path& file) {
  return file.filename().string().find(kUnfinished) != std::string::npos;
}

}  // namespace tracker::artifact
