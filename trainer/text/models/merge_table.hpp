#pragma once

#include <cstdint>
#include <vector>

// The merges of byte pair encoding, and what they make of a row of symbols. Built once, then only
// read; any thread.
namespace trainer::text {

class MergeTable {
 public:
  struct Rule {
    std::uint64_t pair = 0;  // left id << 32 | right id
    std::uint32_t rank = 0;
    std::int32_t id = kFree;  // of the token that the pair becomes
  };
  // A token of the word so far, and its bytes there; `rank` and `merged` are merge()'s own.
  struct Symbol {
    std::int32_t id = 0;
    std::uint32_t length = 0;
    std::uint32_t rank = kNoRank;  // of the pair with the next symbol
    std::int32_t merged = kFree;   // what that pair becomes
  };
  // Whether ids stand for one token each. Where two tokens share one, a merge that was put down may
  // be taken for another, as in the library, and only its own order of work gives its result.
  enum class Ids { kUnique, kShared };

  MergeTable() = default;
  explicit MergeTable(std::size_t merges);

  // Of a pair given twice the later rule counts.
  void insert(std::int32_t left, std::int32_t right, std::uint32_t rank, std::int32_t id);
  // Merges pair by pair, the lowest rank first and of equal ranks the leftmost. Time n·log n.
  void merge(std::vector<Symbol>& symbols, Ids ids) const;

 private:
  static constexpr std::int32_t kFree = -1;
  static constexpr std::uint32_t kNoRank = 0xFFFFFFFFU;

  const Rule* find(std::int32_t left, std::int32_t right) const noexcept;
  void look_up(Symbol& left, const Symbol& right) const noexcept;
  void merge_short(std::vector<Symbol>& symbols) const;
  void merge_long(std::vector<Symbol>& symbols) const;

  std::vector<Rule> rules_ = std::vector<Rule>(1);
  std::size_t mask_ = 0;
};

}  // namespace trainer::text
