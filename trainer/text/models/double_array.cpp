#include "text/models/double_array.hpp"

#include <algorithm>
#include <bit>
#include <span>

#include "config/error.hpp"

namespace trainer::text {
namespace {
constexpr std::uint32_t kBlock = 256;  // places that one base reaches
constexpr std::size_t kMaxBytes = std::size_t{1} << 30U;
}  // namespace

// Places the nodes level by level. Free places of a block are found by a bitmap; blocks in which
// nodes with many children no longer fit are given up, so that building takes linear time.
class DoubleArrayBuilder {
 public:
  using Entry = DoubleArray::Entry;

  DoubleArrayBuilder(DoubleArray& trie, std::span<const Entry> sorted) : trie_(trie) {
    trie_.nodes_.clear();
    add_block();
    take(DoubleArray::kRoot);
    pending_.push_back({DoubleArray::kRoot, sorted, 0});
    for (std::size_t i = 0; i < pending_.size(); ++i) place_children(pending_[i]);
  }

 private:
  struct Pending {
    std::uint32_t node;
    std::span<const Entry> entries;  // those whose key begins with the node's path
    std::size_t depth;
  };
  struct Child {
    unsigned char byte;
    std::span<const Entry> entries;
  };
  struct Block {
    std::uint64_t taken[4] = {};
    std::uint32_t free = kBlock;
  };

  void place_children(Pending pending) {
    std::span<const Entry> entries = pending.entries;
    // The key that ends here comes first; of several equal ones the last counts.
    while (!entries.empty() && entries.front().key.size() == pending.depth) {
      trie_.nodes_[pending.node].value = entries.front().value;
      entries = entries.subspan(1);
    }
    if (entries.empty()) return;
    collect_children(entries, pending.depth);
    const std::uint32_t base = find_base();
    trie_.nodes_[pending.node].base = base;
    for (const Child& child : children_) {
      const std::uint32_t at = base ^ child.byte;
      take(at);
      trie_.nodes_[at].parent = pending.node;
      pending_.push_back({at, child.entries, pending.depth + 1});
    }
  }

  void collect_children(std::span<const Entry> entries, std::size_t depth) {
    children_.clear();
    for (std::size_t from = 0; from < entries.size();) {
      const char byte = entries[from].key[depth];
      std::size_t to = from + 1;
      while (to < entries.size() && entries[to].key[depth] == byte) ++to;
      children_.push_back({static_cast<unsigned char>(byte), entries.subspan(from, to - from)});
      from = to;
    }
  }

  std::uint32_t find_base() {
    constexpr int kMaxTries = 8;  // blocks looked at, the fullest first
    int tries = 0;
    for (std::size_t i = first_open_; i < blocks_.size() && tries < kMaxTries; ++i) {
      if (blocks_[i].free < children_.size()) continue;
      ++tries;
      if (const std::uint32_t base = base_in(static_cast<std::uint32_t>(i)); base != kNone)
        return base;
    }
    if (tries == kMaxTries) ++first_open_;
    while (first_open_ < blocks_.size() && blocks_[first_open_].free == 0) ++first_open_;
    add_block();
    return base_in(static_cast<std::uint32_t>(blocks_.size() - 1));
  }

  // A base by which all children land on free places of the block, or kNone.
  std::uint32_t base_in(std::uint32_t block) const {
    const auto is_free = [&](std::uint32_t place) {
      return (blocks_[block].taken[place / 64] >> (place % 64) & 1U) == 0;
    };
    for (std::uint32_t word = 0; word < 4; ++word) {
      for (std::uint64_t open = ~blocks_[block].taken[word]; open != 0; open &= open - 1) {
        const std::uint32_t place = word * 64 + static_cast<std::uint32_t>(std::countr_zero(open));
        const std::uint32_t base = place ^ children_.front().byte;
        const bool fits = std::ranges::all_of(
            children_, [&](const Child& child) { return is_free(base ^ child.byte); });
        if (fits) return block * kBlock + base;
      }
    }
    return kNone;
  }

  void add_block() {
    blocks_.emplace_back();
    trie_.nodes_.resize(blocks_.size() * kBlock);
  }

  void take(std::uint32_t place) {
    Block& block = blocks_[place / kBlock];
    block.taken[place % kBlock / 64] |= std::uint64_t{1} << (place % 64);
    --block.free;
  }

  static constexpr std::uint32_t kNone = DoubleArray::kNowhere;
  DoubleArray& trie_;
  std::vector<Pending> pending_;
  std::vector<Child> children_;
  std::vector<Block> blocks_;
  std::size_t first_open_ = 0;
};

namespace {

// In order of the keys, equal ones in the order given. Most comparisons end in the first 8 bytes.
void sort_by_key(std::vector<DoubleArray::Entry>& entries) {
  struct Sorted {
    std::uint64_t head;
    std::uint32_t place;
  };
  std::vector<Sorted> order;
  order.reserve(entries.size());
  for (const DoubleArray::Entry& entry : entries) {
    std::uint64_t head = 0;
    for (std::size_t i = 0; i < 8; ++i)
      head = head << 8U | (i < entry.key.size() ? static_cast<unsigned char>(entry.key[i]) : 0U);
    order.push_back({head, static_cast<std::uint32_t>(order.size())});
  }
  std::ranges::sort(order, [&](const Sorted& a, const Sorted& b) {
    if (a.head != b.head) return a.head < b.head;
    const int keys = entries[a.place].key.compare(entries[b.place].key);
    return keys != 0 ? keys < 0 : a.place < b.place;
  });
  std::vector<DoubleArray::Entry> sorted;
  sorted.reserve(entries.size());
  for (const Sorted& each : order) sorted.push_back(entries[each.place]);
  entries = std::move(sorted);
}

}  // namespace

DoubleArray::DoubleArray(std::vector<Entry> entries) {
  std::erase_if(entries, [](const Entry& entry) { return entry.key.empty(); });
  std::size_t bytes = 0;
  for (const Entry& entry : entries) bytes += entry.key.size();
  if (bytes > kMaxBytes)
    throw Error(ErrorCode::kInvalidInput, "a vocabulary of more than 1 GiB is not supported");
  const auto before = [](const Entry& a, const Entry& b) { return a.key < b.key; };
  if (!std::ranges::is_sorted(entries, before)) sort_by_key(entries);
  DoubleArrayBuilder(*this, entries);
}

std::uint32_t DoubleArray::walk(std::uint32_t node, std::string_view text) const noexcept {
  for (const char byte : text) {
    node = step(node, byte);
    if (node == kNowhere) break;
  }
  return node;
}

std::int32_t DoubleArray::find(std::string_view key) const noexcept {
  const std::uint32_t node = walk(kRoot, key);
  return node == kNowhere ? kNoValue : value(node);
}

}  // namespace trainer::text
