#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "data/dataset.hpp"
#include "data/tokens/token_blocks.hpp"
#include "text/tokenizer.hpp"

namespace trainer::data {

// The columns of an arena in memory, for whoever makes one.
struct TokenColumns {
  std::vector<std::int32_t> ids;       // [total tokens]
  std::vector<std::int32_t> type_ids;  // [total tokens], or empty when all are 0
  std::vector<std::int64_t> offsets;   // [sequences + 1], offsets[0] = 0
  std::vector<std::int64_t> labels;    // [sequences]
};

// All sequences of a data set as token ids, end to end, without padding: sequence i is
// ids[offsets[i] .. offsets[i+1]). The ids lie in memory or in a mapped file (token_file.hpp);
// copies share them. Immutable after building, so any thread may read it.
struct TokenArena {
  TokenArena() = default;
  TokenArena(TokenColumns columns);  // NOLINT(google-explicit-constructor): the same thing

  std::span<const std::int32_t> ids;
  std::span<const std::int32_t> type_ids;
  std::span<const std::int64_t> offsets;
  std::vector<std::int64_t> labels;
  // [sequences * targets_per_row()], as Example::targets; empty of a single label.
  std::vector<float> targets;
  std::shared_ptr<const void> storage;  // what the spans point into

  std::size_t size() const noexcept { return labels.size(); }
  std::size_t targets_per_row() const noexcept {
    return labels.empty() ? 0 : targets.size() / labels.size();
  }
};

// Gives the sequences of an arena to a sink in the order of their `places`, each number below its
// size once.
void append_in_order(const TokenArena& arena, std::span<const std::uint64_t> places,
                     TokenSink& sink);

// The ids of all rows in memory, in the data set's order.
TokenArena tokenize(const RowBlocks& rows, const text::Tokenizer& tokenizer,
                    const TokenizeOptions& options);
// Example::targets of all rows, end to end; empty of a single label.
std::vector<float> targets_of(const Dataset& dataset);
// Tokenizes all rows on `threads` threads, in row order, cut to max_length. Throws what a row's
// tokenization throws, once all threads have ended.
TokenArena tokenize(const Dataset& dataset, const text::Tokenizer& tokenizer,
                    std::size_t max_length, unsigned threads);

}  // namespace trainer::data
