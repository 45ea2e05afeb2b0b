#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Token to id and back: an open-addressing table over one string pool, built once and then only
// read.
namespace trainer::text {

struct VocabularyEntry {
  std::string token;
  std::int32_t id = 0;
};

class Vocabulary {
 public:
  static constexpr std::int32_t kAbsent = -1;

  Vocabulary() = default;
  // Of two entries with the same token the later one counts.
  explicit Vocabulary(const std::vector<VocabularyEntry>& entries);

  std::int32_t find(std::string_view token) const noexcept;  // kAbsent when it is not there
  // The token of an id (of several, the first); a view into this object.
  std::optional<std::string_view> token_of(std::int32_t id) const noexcept;
  bool has_shared_ids() const noexcept;                // whether two tokens have the same id
  std::size_t size() const noexcept { return size_; }  // distinct tokens
  std::size_t longest_token() const noexcept { return longest_; }  // bytes

 private:
  struct Slot {
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
    std::int32_t id = kAbsent;  // kAbsent: the slot is free
    std::uint32_t hash = 0;
  };
  struct Reverse {
    std::int32_t id = kAbsent;
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
  };
  Slot& place(std::string_view token, std::uint32_t hash) noexcept;
  void index_ids();

  std::string pool_;
  std::vector<Slot> slots_;
  std::vector<Reverse> by_id_;  // sorted: ids may have holes, and be any number
  std::size_t mask_ = 0;
  std::size_t size_ = 0;
  std::size_t longest_ = 0;
};

// A fast hash for table look-ups in this process; not stable between builds, not for untrusted
// growth.
std::uint64_t hash_bytes(std::string_view bytes) noexcept;

}  // namespace trainer::text
