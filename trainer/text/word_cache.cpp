#include "text/word_cache.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "text/models/vocabulary.hpp"

namespace trainer::text {

WordCache& WordCache::of_this_thread() {
  thread_local WordCache cache;
  return cache;
}

std::uint32_t WordCache::new_owner() {
  static std::atomic<std::uint32_t> last{0};
  return ++last;
}

std::size_t WordCache::slot_of(std::string_view word) noexcept {
  return hash_bytes(word) & (kSlots - 1);
}

void WordCache::Slot::keep(std::uint32_t new_owner, std::string_view word,
                           const std::int32_t* new_ids, std::size_t n) noexcept {
  owner = new_owner;
  length = static_cast<std::uint16_t>(word.size());
  count = static_cast<std::uint16_t>(n);
  std::memcpy(key, word.data(), word.size());
  std::copy_n(new_ids, n, ids);
}

}  // namespace trainer::text
