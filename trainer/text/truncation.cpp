#include "text/truncation.hpp"

#include <algorithm>
#include <utility>

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

}  // namespace trainer::text
