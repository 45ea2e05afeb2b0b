#pragma once

#include <cstddef>

#include "text/tokenizer.hpp"

// How many ids of each text are kept when both must fit in `room` ids: the library's strategies.
namespace trainer::text {

struct PairLengths {
  std::size_t first = 0;
  std::size_t second = 0;
};

// The shorter text is kept whole if it leaves the longer one at least as much; else each gets half,
// and the odd id goes to the longer one (to the second when they are alike).
PairLengths longest_first(PairLengths lengths, std::size_t room) noexcept;

// Any strategy. Throws kUsage when the text to be cut would be left with nothing.
PairLengths truncated(PairLengths lengths, std::size_t room, TruncationStrategy strategy);

}  // namespace trainer::text
