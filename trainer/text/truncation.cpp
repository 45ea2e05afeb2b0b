#include "text/truncation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/error.hpp"

namespace trainer::text {

PairLengths longest_first(PairLengths lengths, std::size_t room) noexcept {
  if (lengths.first + lengths.second <= room) return lengths;
  const bool swapped = lengths.first > lengths.second;
  std::size_t shorter = std::min(lengths.first, lengths.second);
  std::size_t longer = shorter > room ? shorter : std::max(shorter, room - shorter);
  if (shorter + longer > room) {
    shorter = room / 2;
    longer = shorter + room % 2;
  }
  if (swapped) std::swap(shorter, longer);
  return {shorter, longer};
}

PairLengths truncated(PairLengths lengths, std::size_t room, TruncationStrategy strategy) {
  if (strategy == TruncationStrategy::kLongestFirst) return longest_first(lengths, room);
  if (room == 0) return {0, 0};
  if (lengths.first + lengths.second <= room) return lengths;
  const std::size_t excess = lengths.first + lengths.second - room;
  const bool first = strategy == TruncationStrategy::kOnlyFirst;
  std::size_t& cut = first ? lengths.first : lengths.second;
  if (cut <= excess) {
    throw Error(ErrorCode::kUsage,
                fmt::format("the {} text has {} tokens, of which {} would have to go: cut the "
                            "other one (longest_first), or allow a longer maximum",
                            first ? "first" : "second", cut, excess));
  }
  cut -= excess;
  return lengths;
}

}  // namespace trainer::text
