#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset.hpp"
#include "text/tokenizer.hpp"

// Token ids without padding. A batch is `T` tokens of `B` sequences laid end to end.
namespace trainer::data {

// All sequences of a data set in one arena: sequence i is ids[offsets[i] .. offsets[i+1]).
// Immutable after building.
struct TokenArena {
  std::vector<std::int32_t> ids;       // [total tokens]
  std::vector<std::int32_t> type_ids;  // [total tokens], or empty when all are 0
  std::vector<std::int64_t> offsets;   // [sequences + 1], offsets[0] = 0
  std::vector<std::int64_t> labels;    // [sequences]

  std::size_t size() const noexcept { return labels.size(); }
};

// Tokenizes all rows on `threads` threads, in row order, cut to max_length.
TokenArena tokenize(const Dataset& dataset, const text::Tokenizer& tokenizer,
                    std::size_t max_length, unsigned threads);

struct PackedBatch {
  std::vector<std::int32_t> ids;         // [T]
  std::vector<std::int32_t> type_ids;    // [T]
  std::vector<std::int32_t> positions;   // [T], 0-based within each sequence
  std::vector<std::int32_t> cu_seqlens;  // [B + 1], cu_seqlens[0] = 0, cu_seqlens[B] = T
  std::vector<std::int64_t> labels;      // [B]
  std::vector<std::int64_t> rows;        // [B], index of each sequence in the arena
  std::int32_t max_seqlen = 0;

  std::size_t sequences() const noexcept { return labels.size(); }
  std::size_t tokens() const noexcept { return ids.size(); }
};

// Lays the given sequences end to end, in the order given.
PackedBatch pack(const TokenArena& arena, std::span<const std::int64_t> rows);

}  // namespace trainer::data
