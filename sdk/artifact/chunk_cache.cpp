#include "artifact/chunk_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <vector>

#include <tracker/error.hpp>

#include "artifact/chunk_io.hpp"
#include "base/fd.hpp"

namespace tracker::artifact {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kGigabyte = 1'000'000'000;
constexpr std::string_view kUnfinished = ".part-";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

struct Kept {
  fs::path file;
  std::uint64_t size;
  timespec used;
};

bool used_before(const Kept& a, const Kept& b) {
  return a.used.tv_sec != b.used.tv_sec ? a.used.tv_sec < b.used.tv_sec
                                        : a.used.tv_nsec < b.used.tv_nsec;
}

// An hour is more than any chunk takes to be written.
bool is_left_over(const Kept& file) {
  return file.file.filename().string().find(kUnfinished) != std::string::npos &&
         file.used.tv_sec + 3600 < ::time(nullptr);
}

std::vector<Kept> all_files(const fs::path& folder) {
  std::vector<Kept> files;
  std::error_code failed;
  for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end;
       at.increment(failed)) {
    struct stat status {};
    if (::lstat(at->path().c_str(), &status) == 0 && S_ISREG(status.st_mode))
      files.push_back({at->path(), static_cast<std::uint64_t>(status.st_size), status.st_mtim});
  }
  return files;
}

}  // namespace

fs::path ChunkCache::default_folder() {
  if (const auto own = variable("TRACKER_CACHE_DIR"); !own.empty()) return fs::path(own) / "chunks";
  if (const auto base = variable("XDG_CACHE_HOME"); !base.empty())
    return fs::path(base) / "tracker/chunks";
  const auto home = variable("HOME");
  return home.empty() ? fs::path() : fs::path(home) / ".cache/tracker/chunks";
}

std::uint64_t ChunkCache::default_limit() {
  const std::string text = variable("TRACKER_CACHE_LIMIT_GB");
  if (text.empty()) return 10 * kGigabyte;
  std::uint32_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size())
    throw Error(ErrorCode::kInvalidArgument,
                "$TRACKER_CACHE_LIMIT_GB is not a whole number of gigabytes: " + text);
  return number * kGigabyte;
}

ChunkCache::ChunkCache(fs::path folder, std::uint64_t limit_bytes)
    : folder_(std::move(folder)), limit_(limit_bytes), off_(folder_.empty() || limit_bytes == 0) {}

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

void ChunkCache::trim() noexcept try {
  if (folder_.empty()) return;
  auto files = all_files(folder_);
  std::sort(files.begin(), files.end(), used_before);
  std::uint64_t size = 0;
  for (const Kept& file : files) size += file.size;
  for (const Kept& file : files) {
    if (size <= limit_ && !is_left_over(file)) continue;
    if (::unlink(file.file.c_str()) == 0) size -= file.size;
  }
} catch (const std::exception&) {
  // What is too much is removed the next time.
}

}  // namespace tracker::artifact
