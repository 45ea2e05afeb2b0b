#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tracker::spool {

// A key of this log. Lives as long as the table and never changes.
struct KeyEntry {
  std::uint64_t hash;
  std::string text;  // as the caller spelled it
  std::uint32_t id;

  bool is(std::string_view other) const noexcept {
    return text.size() == other.size() && std::memcmp(text.data(), other.data(), other.size()) == 0;
  }
};

// Keys by name. find() takes no lock, allocates nothing and may be called from any thread at any
// time; insert() is for one thread at a time. Superseded tables are kept until the end, since a
// reader may be in one: they add up to less than the last.
class KeyTable {
 public:
  KeyTable() { grow(256); }
  KeyTable(const KeyTable&) = delete;
  KeyTable& operator=(const KeyTable&) = delete;

  const KeyEntry* find(std::string_view text) const noexcept {
    const std::uint64_t hash = hash_of(text);
    const Slots& slots = *current_.load(std::memory_order_acquire);
    for (std::size_t i = hash & slots.mask;; i = (i + 1) & slots.mask) {
      const KeyEntry* entry = slots.entries[i].load(std::memory_order_acquire);
      if (entry == nullptr || (entry->hash == hash && entry->is(text))) return entry;
    }
  }

  // `text` must not be in the table. Its number is the count of keys before it.
  const KeyEntry* insert(std::string_view text) {
    if ((entries_.size() + 1) * 2 > current_.load(std::memory_order_relaxed)->mask)
      grow(entries_.size() * 4 + 8);
    const KeyEntry& entry = entries_.emplace_back(
        KeyEntry{hash_of(text), std::string(text), static_cast<std::uint32_t>(entries_.size())});
    put(*tables_.back(), entry);
    return &entry;
  }

  // For the thread that inserts.
  const std::deque<KeyEntry>& entries() const noexcept { return entries_; }

 private:
  struct Slots {
    explicit Slots(std::size_t size)
        : mask(size - 1), entries(std::make_unique<std::atomic<const KeyEntry*>[]>(size)) {}
    std::size_t mask;
    std::unique_ptr<std::atomic<const KeyEntry*>[]> entries;
  };

  static std::uint64_t hash_of(std::string_view text) noexcept {
    constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15u;
    std::uint64_t h = text.size() * kFactor;
    const char* p = text.data();
    std::size_t left = text.size();
    for (; left >= 8; left -= 8, p += 8) {
      std::uint64_t word;
      std::memcpy(&word, p, 8);
      h = (h ^ word) * kFactor;
      h ^= h >> 32;
    }
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < left; ++i)
      word |= std::uint64_t{static_cast<unsigned char>(p[i])} << (8 * i);
    h = (h ^ word) * kFactor;
    return h ^ (h >> 29);
  }

  static void put(Slots& slots, const KeyEntry& entry) noexcept {
    std::size_t i = entry.hash & slots.mask;
    while (slots.entries[i].load(std::memory_order_relaxed) != nullptr) i = (i + 1) & slots.mask;
    slots.entries[i].store(&entry, std::memory_order_release);
  }

  void grow(std::size_t at_least) {
    std::size_t size = 256;
    while (size < at_least) size *= 2;
    auto table = std::make_unique<Slots>(size);
    for (const KeyEntry& entry : entries_) put(*table, entry);
    tables_.push_back(std::move(table));
    current_.store(tables_.back().get(), std::memory_order_release);
  }

  std::atomic<const Slots*> current_{nullptr};
  std::deque<KeyEntry> entries_;
  std::vector<std::unique_ptr<Slots>> tables_;
};

}  // namespace tracker::spool
