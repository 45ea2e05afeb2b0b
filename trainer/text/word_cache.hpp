#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

// Ids of words met before. Text repeats its words: nine of ten are found here. One cache per
// thread, shared by all tokenizers (each has an owner number), of a fixed size: a new word takes
// the place of the one in its slot.
namespace trainer::text {

class WordCache {
 public:
  static constexpr std::size_t kSlots = 1U << 14U;  // 64 bytes each: 1 MiB a thread
  static constexpr std::size_t kMaxKey = 24;        // bytes; longer words are rare and not kept
  static constexpr std::size_t kMaxIds = 8;

  WordCache() : slots_(kSlots) {}

  // The calling thread's.
  static WordCache& of_this_thread();
  // A number that no other tokenizer of this process has; never 0.
  static std::uint32_t new_owner();

  // Appends the ids of `word`: those kept, else those that `encode(ids)` appends, which are then
  // kept.
  template <typename Encode>
  void append(std::uint32_t owner, std::string_view word, std::vector<std::int32_t>& ids,
              Encode&& encode) {
    if (word.size() > kMaxKey) return encode(ids);
    Slot& slot = slots_[slot_of(word)];
    if (slot.holds(owner, word)) {
      ids.insert(ids.end(), slot.ids, slot.ids + slot.count);
      return;
    }
    const std::size_t before = ids.size();
    encode(ids);
    if (ids.size() - before <= kMaxIds)
      slot.keep(owner, word, ids.data() + before, ids.size() - before);
  }

 private:
  struct alignas(64) Slot {
    std::uint32_t owner = 0;  // 0: free
    std::uint16_t length = 0;
    std::uint16_t count = 0;
    char key[kMaxKey] = {};
    std::int32_t ids[kMaxIds] = {};

    bool holds(std::uint32_t wanted_owner, std::string_view word) const noexcept {
      return owner == wanted_owner && std::string_view(key, length) == word;
    }
    void keep(std::uint32_t new_owner, std::string_view word, const std::int32_t* new_ids,
              std::size_t n) noexcept;
  };
  static_assert(sizeof(Slot) == 64);

  static std::size_t slot_of(std::string_view word) noexcept;
  std::vector<Slot> slots_;
};

}  // namespace trainer::text
