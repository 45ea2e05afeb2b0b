#include "data/token_arena.hpp"

#include <algorithm>
#include <utility>

#include "data/token_blocks.hpp"

namespace trainer::data {
namespace {

class ColumnSink final : public TokenSink {
 public:
  ColumnSink() { columns_.offsets.push_back(0); }

  void append(const text::Encoding& encoding, std::int64_t label) override {
    const bool typed = std::ranges::any_of(encoding.type_ids, [](auto type) { return type != 0; });
    if (typed || !columns_.type_ids.empty()) {
      columns_.type_ids.resize(columns_.ids.size(), 0);  // of the rows before the first such one
      columns_.type_ids.insert(columns_.type_ids.end(), encoding.type_ids.begin(),
                               encoding.type_ids.end());
    }
    columns_.ids.insert(columns_.ids.end(), encoding.ids.begin(), encoding.ids.end());
    columns_.offsets.push_back(static_cast<std::int64_t>(columns_.ids.size()));
    columns_.labels.push_back(label);
  }

  TokenColumns take() { return std::move(columns_); }

 private:
  TokenColumns columns_;
};

}  // namespace

TokenArena::TokenArena(TokenColumns columns) : labels(std::move(columns.labels)) {
  const auto kept = std::make_shared<const TokenColumns>(std::move(columns));
  ids = kept->ids;
  type_ids = kept->type_ids;
  offsets = kept->offsets;
  storage = kept;
}

TokenArena tokenize(const RowBlocks& rows, const text::Tokenizer& tokenizer,
                    const TokenizeOptions& options) {
  ColumnSink sink;
  tokenize_blocks(rows, tokenizer, options, sink);
  return sink.take();
}

TokenArena tokenize(const Dataset& dataset, const text::Tokenizer& tokenizer,
                    std::size_t max_length, unsigned threads) {
  return tokenize(blocks_of(dataset), tokenizer, {.max_length = max_length, .threads = threads});
}

}  // namespace trainer::data
