#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "data/dataset.hpp"
#include "text/tokenizer.hpp"

// Rows to ids, block after block, so that neither texts nor ids of a whole data set need to be in
// memory at once.
namespace trainer::data {

struct RowBlock {
  std::vector<Example> rows;
  // Of each row its place in the data set's order; empty: rows come in that order.
  std::vector<std::uint64_t> places;
};

// Replaces `block` by the next rows; false: there are no more. A block may be empty; all have
// places or none. What it throws comes out of tokenize_blocks.
using RowBlocks = std::function<bool(RowBlock& block)>;

// The rows of a data set in memory, which outlives the result, as blocks.
RowBlocks blocks_of(const Dataset& dataset);

struct TokenizeOptions {
  std::size_t max_length = 0;  // ids a row, special tokens included
  unsigned threads = 1;
};

// Where rows go, in their order. One thread.
class TokenSink {
 public:
  virtual ~TokenSink() = default;
  // `encoding` is the row's; token types are all there. Of the row only the label is needed.
  virtual void append(const text::Encoding& encoding, const Example& row) = 0;
};

// While `threads` threads tokenize a block the next one is read. The sink gets rows as they are
// read, whatever the threads. Returns the place of each row, or nothing when they came in order.
// Throws what `next`, a row's tokenization or the sink throws, once all threads have ended;
// Error(kInternal) when the places are no order.
std::vector<std::uint64_t> tokenize_blocks(const RowBlocks& next, const text::Tokenizer& tokenizer,
                                           const TokenizeOptions& options, TokenSink& sink);

}  // namespace trainer::data
