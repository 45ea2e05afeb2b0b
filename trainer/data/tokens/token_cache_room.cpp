#include "data/tokens/token_cache_room.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <vector>

namespace trainer::data {
namespace {

namespace fs = std::filesystem;

struct Entry {
  fs::path path;
  fs::file_time_type used;
  std::uint64_t bytes = 0;
};

// Token files; stale temporary ones are removed on the way. Files vanish meanwhile, for other
// processes do the same.
std::vector<Entry> entries_of(const fs::path& folder) {
  const auto stale = fs::file_time_type::clock::now() - std::chrono::hours(24);
  std::vector<Entry> entries;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    Entry entry{
        .path = at->path(), .used = at->last_write_time(gone), .bytes = at->file_size(gone)};
    if (gone) continue;
    if (entry.path.extension() == kTokenFileEnding) {
      entries.push_back(std::move(entry));
    } else if (entry.path.extension() == ".tmp" && entry.used < stale) {
      fs::remove(entry.path, gone);
    }
  }
  return entries;
}

}  // namespace

void mark_used(const fs::path& file) noexcept {
  std::error_code ignored;
  fs::last_write_time(file, fs::file_time_type::clock::now(), ignored);
}

void make_room(const fs::path& folder, std::uint64_t max_bytes, const fs::path& keep) noexcept {
  try {
    std::vector<Entry> entries = entries_of(folder);
    std::uint64_t total = 0;
    for (const Entry& entry : entries) total += entry.bytes;
    std::ranges::sort(entries, {}, &Entry::used);
    for (const Entry& entry : entries) {
      if (total <= max_bytes) return;
      std::error_code error;
      if (entry.path.filename() != keep.filename() && fs::remove(entry.path, error))
        total -= entry.bytes;
    }
  } catch (const std::exception&) {  // out of memory or of descriptors: the next run tries again
  }
}

}  // namespace trainer::data
