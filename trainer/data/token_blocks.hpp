#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "data/dataset.hpp"
#include "text/tokenizer.hpp"

// Rows to ids, block after block, so that neither texts nor ids of a whole data set need to be in
// memory at once.
namespace trainer::data {

// Replaces `block` by the next rows; false: there are no more. A block may be empty. What it throws
// comes out of tokenize_blocks.
using RowBlocks = std::function<bool(std::vector<Example>& block)>;

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
  // `encoding` is the row's; token types are all there.
  virtual void append(const text::Encoding& encoding, std::int64_t label) = 0;
};

// While `threads` threads tokenize a block the next one is read. The rows that the sink gets do not
// depend on the threads. Throws what `next`, a row's tokenization or the sink throws, once all
// threads have ended.
void tokenize_blocks(const RowBlocks& next, const text::Tokenizer& tokenizer,
                     const TokenizeOptions& options, TokenSink& sink);

}  // namespace trainer::data
