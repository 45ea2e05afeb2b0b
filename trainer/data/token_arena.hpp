#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/dataset.hpp"
#include "text/tokenizer.hpp"

namespace trainer::data {

// All sequences of a data set as token ids, end to end, without padding: sequence i is
// ids[offsets[i] .. offsets[i+1]). Immutable after building, so any thread may read it.
struct TokenArena {
  std::vector<std::int32_t> ids;       // [total tokens]
  std::vector<std::int32_t> type_ids;  // [total tokens], or empty when all are 0
  std::vector<std::int64_t> offsets;   // [sequences + 1], offsets[0] = 0
  std::vector<std::int64_t> labels;    // [sequences]

  std::size_t size() const noexcept { return labels.size(); }
};

// Tokenizes all rows on `threads` threads, in row order, cut to max_length. Throws what a row's
// tokenization throws, once all threads have ended.
TokenArena tokenize(const Dataset& dataset, const text::Tokenizer& tokenizer,
                    std::size_t max_length, unsigned threads);

}  // namespace trainer::data
