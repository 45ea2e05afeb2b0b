#include "artifact/cache.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include <tracker/error.hpp>

#include "artifact/chunk_cache.hpp"
#include "artifact/kept_version.hpp"
#include "base/home.hpp"

namespace tracker::artifact {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kGigabyte = 1'000'000'000;
constexpr std::time_t kHour = 3'600;
constexpr std::time_t kDay = 24 * kHour;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

enum class Kind { kChunk, kVersion };

struct Kept {
  Kind kind;
  fs::path place;
  std::uint64_t size;
  timespec used;
};

bool used_before(const Kept& a, const Kept& b) {
  return a.used.tv_sec != b.used.tv_sec ? a.used.tv_sec < b.used.tv_sec
                                        : a.used.tv_nsec < b.used.tv_nsec;
}

// Regular files under the folder, each with its size and time of change.
template <class Take>
void for_each_file(const fs::path& folder, Take&& take) {
  std::error_code failed;
  for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end;
       at.increment(failed)) {
    struct stat status {};
    if (::lstat(at->path().c_str(), &status) == 0 && S_ISREG(status.st_mode))
      take(at->path(), status);
  }
}

void add_chunks(const fs::path& folder, std::time_t now, std::vector<Kept>& all) {
  for_each_file(folder, [&](const fs::path& file, const struct stat& status) {
    // An hour is more than any chunk takes to be written.
    const bool left_over = is_unfinished_chunk(file) && status.st_mtim.tv_sec + kHour < now;
    if (left_over && ::unlink(file.c_str()) == 0) return;
    all.push_back({Kind::kChunk, file, static_cast<std::uint64_t>(status.st_size), status.st_mtim});
  });
}

// A version without a lock was never asked for since there are locks: its folder's time is as good.
timespec used_at(const fs::path& version) {
  struct stat status {};
  if (::lstat(lock_of(version).c_str(), &status) != 0) ::lstat(version.c_str(), &status);
  return status.st_mtim;
}

void add_versions(const fs::path& folder, std::vector<Kept>& all) {
  std::error_code failed, none;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    if (!at->is_directory(none) || at->is_symlink(none)) continue;
    if (at->path().extension() == kGoing) {
      fs::remove_all(at->path(), none);
      continue;
    }
    Kept version{Kind::kVersion, at->path(), 0, used_at(at->path())};
    for_each_file(at->path(), [&](const fs::path&, const struct stat& status) {
      version.size += static_cast<std::uint64_t>(status.st_size);
    });
    all.push_back(std::move(version));
  }
}

bool remove(const Kept& kept, std::time_t now) {
  if (kept.kind == Kind::kChunk) return ::unlink(kept.place.c_str()) == 0;
  return kept.used.tv_sec + kDay < now && remove_version(kept.place);
}

}  // namespace

fs::path cache_folder() {
  if (const auto own = variable("TRACKER_CACHE_DIR"); !own.empty()) return own;
  if (const auto base = variable("XDG_CACHE_HOME"); !base.empty())
    return fs::path(base) / "tracker";
  const fs::path home = base::home_directory();
  return home.empty() ? fs::path() : home / ".cache/tracker";
}

fs::path chunks_folder() {
  const fs::path cache = cache_folder();
  return cache.empty() ? cache : cache / "chunks";
}

std::uint64_t cache_limit() {
  const std::string text = variable("TRACKER_CACHE_LIMIT_GB");
  if (text.empty()) return 10 * kGigabyte;
  std::uint32_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size())
    throw Error(ErrorCode::kInvalidArgument,
                "$TRACKER_CACHE_LIMIT_GB is not a whole number of gigabytes: " + text);
  return number * kGigabyte;
}

void trim_cache(const fs::path& cache, std::uint64_t limit_bytes) noexcept try {
  if (cache.empty()) return;
  const std::time_t now = ::time(nullptr);
  std::vector<Kept> all;
  add_chunks(cache / "chunks", now, all);
  add_versions(cache / "versions", all);
  std::sort(all.begin(), all.end(), used_before);
  std::uint64_t size = 0;
  for (const Kept& kept : all) size += kept.size;
  for (const Kept& kept : all) {
    if (size <= limit_bytes) return;
    if (remove(kept, now)) size -= kept.size;
  }
} catch (const std::exception&) {
  // What is too much is removed the next time.
}

}  // namespace tracker::artifact
