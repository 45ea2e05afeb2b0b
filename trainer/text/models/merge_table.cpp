#include "text/models/merge_table.hpp"

#include <algorithm>
#include <bit>
#include <queue>

namespace trainer::text {
namespace {

constexpr std::uint64_t pair_key(std::int32_t left, std::int32_t right) noexcept {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32U |
         static_cast<std::uint32_t>(right);
}

constexpr std::size_t pair_hash(std::uint64_t pair) noexcept {
  return static_cast<std::size_t>((pair * 0x9E3779B97F4A7C15ULL) >> 29U);
}

constexpr std::int32_t kEnd = -1;

// Neighbours of a symbol in a long word, so that a merge moves nothing.
struct Link {
  std::int32_t previous = kEnd;
  std::int32_t next = kEnd;
};

struct Candidate {
  std::uint32_t rank = 0;
  std::int32_t position = 0;
  std::int32_t id = 0;
  // For a queue that gives the lowest rank, then the leftmost position.
  bool operator<(const Candidate& other) const noexcept {
    return rank != other.rank ? rank > other.rank : position > other.position;
  }
};

}  // namespace

MergeTable::MergeTable(std::size_t merges)
    : rules_(std::bit_ceil(std::max<std::size_t>(merges * 2, 16))), mask_(rules_.size() - 1) {}

void MergeTable::insert(std::int32_t left, std::int32_t right, std::uint32_t rank,
                        std::int32_t id) {
  const std::uint64_t pair = pair_key(left, right);
  for (std::size_t at = pair_hash(pair) & mask_;; at = (at + 1) & mask_) {
    if (rules_[at].id != kFree && rules_[at].pair != pair) continue;
    rules_[at] = {.pair = pair, .rank = rank, .id = id};
    return;
  }
}

const MergeTable::Rule* MergeTable::find(std::int32_t left, std::int32_t right) const noexcept {
  const std::uint64_t pair = pair_key(left, right);
  for (std::size_t at = pair_hash(pair) & mask_;; at = (at + 1) & mask_) {
    if (rules_[at].id == kFree) return nullptr;
    if (rules_[at].pair == pair) return &rules_[at];
  }
}

void MergeTable::look_up(Symbol& left, const Symbol& right) const noexcept {
  const Rule* rule = find(left.id, right.id);
  left.rank = rule == nullptr ? kNoRank : rule->rank;
  left.merged = rule == nullptr ? kFree : rule->id;
}

void MergeTable::merge(std::vector<Symbol>& symbols, Ids ids) const {
  constexpr std::size_t kShort = 40;  // up to here, looking at all pairs beats keeping a queue
  if (symbols.size() < 2) return;
  if (ids == Ids::kUnique && symbols.size() <= kShort) return merge_short(symbols);
  merge_long(symbols);
}

void MergeTable::merge_short(std::vector<Symbol>& symbols) const {
  Symbol* const first = symbols.data();
  Symbol* last = first + symbols.size() - 1;
  for (Symbol* at = first; at != last; ++at) look_up(*at, at[1]);
  while (first != last) {
    Symbol* best = first;
    for (Symbol* at = first + 1; at != last; ++at) {
      if (at->rank < best->rank) best = at;
    }
    if (best->rank == kNoRank) break;
    best->id = best->merged;
    best->length += best[1].length;
    std::copy(best + 2, last + 1, best + 1);
    --last;
    if (best != first) look_up(best[-1], *best);
    if (best == last) continue;
    look_up(*best, best[1]);
  }
  symbols.resize(static_cast<std::size_t>(last - first) + 1);
}

void MergeTable::merge_long(std::vector<Symbol>& symbols) const {
  const auto count = static_cast<std::int32_t>(symbols.size());
  std::vector<Link> links(symbols.size());
  for (std::int32_t i = 0; i < count; ++i)
    links[static_cast<std::size_t>(i)] = {i - 1, i + 1 < count ? i + 1 : kEnd};
  const auto link = [&](std::int32_t i) -> Link& { return links[static_cast<std::size_t>(i)]; };
  const auto at = [&](std::int32_t i) -> Symbol& { return symbols[static_cast<std::size_t>(i)]; };
  constexpr std::int32_t kGone = -2;  // the id of what was merged into its left neighbour

  std::vector<Candidate> storage;
  storage.reserve(symbols.size());
  std::priority_queue<Candidate> queue({}, std::move(storage));
  const auto consider = [&](std::int32_t position) {
    if (position == kEnd || link(position).next == kEnd) return;
    const Rule* rule = find(at(position).id, at(link(position).next).id);
    if (rule != nullptr) queue.push({rule->rank, position, rule->id});
  };
  for (std::int32_t i = 0; i + 1 < count; ++i) consider(i);
  while (!queue.empty()) {
    const Candidate top = queue.top();
    queue.pop();
    const std::int32_t next = link(top.position).next;
    if (at(top.position).id == kGone || next == kEnd) continue;
    // Put down for a pair that is no more, unless the one there now makes the same token.
    const Rule* rule = find(at(top.position).id, at(next).id);
    if (rule == nullptr || rule->id != top.id) continue;
    at(top.position).id = top.id;
    at(top.position).length += at(next).length;
    at(next).id = kGone;
    link(top.position).next = link(next).next;
    if (link(next).next != kEnd) link(link(next).next).previous = top.position;
    consider(link(top.position).previous);
    consider(top.position);
  }
  std::erase_if(symbols, [](const Symbol& symbol) { return symbol.id == kGone; });
}

}  // namespace trainer::text
