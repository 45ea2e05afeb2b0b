#include "text/models/vocabulary.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace trainer::text {
namespace {
std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}
}  // namespace

std::uint64_t hash_bytes(std::string_view bytes) noexcept {
  constexpr std::uint64_t kFirst = 0x9E3779B97F4A7C15ULL;
  constexpr std::uint64_t kSecond = 0xD6E8FEB86659FD93ULL;
  std::uint64_t state = kFirst ^ bytes.size();
  while (bytes.size() > 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    state = mix(state ^ word, kSecond);
    bytes.remove_prefix(8);
  }
  std::uint64_t tail = 0;
  std::memcpy(&tail, bytes.data(), bytes.size());
  return mix(state ^ tail, kFirst);
}

Vocabulary::Vocabulary(const std::vector<VocabularyEntry>& entries) {
  slots_.resize(std::bit_ceil(std::max<std::size_t>(entries.size() * 2, 16)));
  mask_ = slots_.size() - 1;
  for (const VocabularyEntry& entry : entries) {
    const auto hash = static_cast<std::uint32_t>(hash_bytes(entry.token));
    Slot& slot = place(entry.token, hash);
    if (slot.id == kAbsent) {
      slot.offset = static_cast<std::uint32_t>(pool_.size());
      slot.length = static_cast<std::uint32_t>(entry.token.size());
      slot.hash = hash;
      pool_.append(entry.token);
      longest_ = std::max(longest_, entry.token.size());
      ++size_;
    }
    slot.id = entry.id;
  }
  index_ids();
}

void Vocabulary::index_ids() {
  by_id_.reserve(size_);
  for (const Slot& slot : slots_) {
    if (slot.id != kAbsent) by_id_.push_back({slot.id, slot.offset, slot.length});
  }
  std::ranges::sort(by_id_, {}, [](const Reverse& r) { return std::pair(r.id, r.offset); });
}

std::optional<std::string_view> Vocabulary::token_of(std::int32_t id) const noexcept {
  const auto at = std::ranges::lower_bound(by_id_, id, {}, &Reverse::id);
  if (at == by_id_.end() || at->id != id) return std::nullopt;
  return std::string_view(pool_).substr(at->offset, at->length);
}

Vocabulary::Slot& Vocabulary::place(std::string_view token, std::uint32_t hash) noexcept {
  for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
    Slot& slot = slots_[at];
    if (slot.id == kAbsent) return slot;
    if (slot.hash == hash && std::string_view(pool_).substr(slot.offset, slot.length) == token)
      return slot;
  }
}

bool Vocabulary::has_shared_ids() const noexcept {
  return std::ranges::adjacent_find(by_id_, {}, &Reverse::id) != by_id_.end();
}

std::int32_t Vocabulary::find(std::string_view token) const noexcept {
  if (size_ == 0 || token.size() > longest_) return kAbsent;
  const auto hash = static_cast<std::uint32_t>(hash_bytes(token));
  for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
    const Slot& slot = slots_[at];
    if (slot.id == kAbsent) return kAbsent;
    if (slot.hash == hash && slot.length == token.size() &&
        std::memcmp(pool_.data() + slot.offset, token.data(), token.size()) == 0) {
      return slot.id;
    }
  }
}

}  // namespace trainer::text
