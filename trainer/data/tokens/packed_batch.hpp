#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "data/tokens/token_arena.hpp"

namespace trainer::data {

// What one forward pass reads: `T` tokens of `B` sequences laid end to end, no padding, no mask.
struct PackedBatch {
  std::vector<std::int32_t> ids;         // [T]
  std::vector<std::int32_t> type_ids;    // [T]
  std::vector<std::int32_t> positions;   // [T], 0-based within each sequence
  std::vector<std::int32_t> cu_seqlens;  // [B + 1], cu_seqlens[0] = 0, cu_seqlens[B] = T
  std::vector<std::int64_t> labels;      // [B]
  std::vector<float> targets;            // [B * L], L = TokenArena::targets_per_row()
  std::vector<std::int64_t> rows;        // [B], index of each sequence in the arena
  std::int32_t max_seqlen = 0;

  std::size_t sequences() const noexcept { return labels.size(); }
  std::size_t tokens() const noexcept { return ids.size(); }
};

// Lays the given sequences end to end, in the order given.
PackedBatch pack(const TokenArena& arena, std::span<const std::int64_t> rows);

}  // namespace trainer::data
