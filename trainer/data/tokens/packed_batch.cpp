#include "data/tokens/packed_batch.hpp"

#include <algorithm>

namespace trainer::data {

PackedBatch pack(const TokenArena& arena, std::span<const std::int64_t> rows) {
  PackedBatch batch;
  std::int64_t total = 0;
  for (const std::int64_t row : rows) {
    const auto i = static_cast<std::size_t>(row);
    total += arena.offsets[i + 1] - arena.offsets[i];
  }
  const auto tokens = static_cast<std::size_t>(total);
  batch.ids.reserve(tokens);
  batch.type_ids.reserve(tokens);
  batch.positions.reserve(tokens);
  batch.cu_seqlens.reserve(rows.size() + 1);
  batch.cu_seqlens.push_back(0);
  for (const std::int64_t row : rows) {
    const auto i = static_cast<std::size_t>(row);
    const std::int64_t start = arena.offsets[i];
    const std::int64_t end = arena.offsets[i + 1];
    const auto length = static_cast<std::int32_t>(end - start);
    batch.ids.insert(batch.ids.end(), arena.ids.begin() + start, arena.ids.begin() + end);
    if (arena.type_ids.empty()) {
      batch.type_ids.resize(batch.ids.size(), 0);
    } else {
      batch.type_ids.insert(batch.type_ids.end(), arena.type_ids.begin() + start,
                            arena.type_ids.begin() + end);
    }
    for (std::int32_t position = 0; position < length; ++position)
      batch.positions.push_back(position);
    batch.cu_seqlens.push_back(batch.cu_seqlens.back() + length);
    batch.labels.push_back(arena.labels[i]);
    const auto targets =
        std::span(arena.targets).subspan(i * arena.targets_per_row(), arena.targets_per_row());
    batch.targets.insert(batch.targets.end(), targets.begin(), targets.end());
    batch.rows.push_back(row);
    batch.max_seqlen = std::max(batch.max_seqlen, length);
  }
  return batch;
}

}  // namespace trainer::data
