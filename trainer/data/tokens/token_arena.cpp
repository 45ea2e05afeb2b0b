#include "data/tokens/token_arena.hpp"

#include <algorithm>
#include <utility>

#include "data/tokens/token_blocks.hpp"

namespace trainer::data {
namespace {

class ColumnSink final : public TokenSink {
 public:
  ColumnSink() { columns_.offsets.push_back(0); }

  void append(const text::Encoding& encoding, const Example& row) override {
    const bool typed = std::ranges::any_of(encoding.type_ids, [](auto type) { return type != 0; });
    if (typed || !columns_.type_ids.empty()) {
      columns_.type_ids.resize(columns_.ids.size(), 0);  // of the rows before the first such one
      columns_.type_ids.insert(columns_.type_ids.end(), encoding.type_ids.begin(),
                               encoding.type_ids.end());
    }
    columns_.ids.insert(columns_.ids.end(), encoding.ids.begin(), encoding.ids.end());
    columns_.offsets.push_back(static_cast<std::int64_t>(columns_.ids.size()));
    columns_.labels.push_back(row.label);
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

void append_in_order(const TokenArena& arena, std::span<const std::uint64_t> places,
                     TokenSink& sink) {
  std::vector<std::size_t> sequence_at(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) sequence_at[places[i]] = i;
  text::Encoding encoding;
  Example row;
  for (const std::size_t i : sequence_at) {
    const auto begin = static_cast<std::size_t>(arena.offsets[i]);
    const auto length = static_cast<std::size_t>(arena.offsets[i + 1]) - begin;
    const auto ids = arena.ids.subspan(begin, length);
    encoding.ids.assign(ids.begin(), ids.end());
    encoding.type_ids.assign(length, 0);
    if (!arena.type_ids.empty())
      std::ranges::copy(arena.type_ids.subspan(begin, length), encoding.type_ids.begin());
    row.label = arena.labels[i];
    sink.append(encoding, row);
  }
}

TokenArena tokenize(const RowBlocks& rows, const text::Tokenizer& tokenizer,
                    const TokenizeOptions& options) {
  ColumnSink sink;
  const std::vector<std::uint64_t> places = tokenize_blocks(rows, tokenizer, options, sink);
  if (places.empty()) return sink.take();
  ColumnSink ordered;
  append_in_order(sink.take(), places, ordered);
  return ordered.take();
}

std::vector<float> targets_of(const Dataset& dataset) {
  std::vector<float> targets;
  if (dataset.problem_type == ProblemType::kSingleLabel) return targets;
  targets.reserve(dataset.rows.size() * dataset.targets);
  for (const Example& row : dataset.rows)
    targets.insert(targets.end(), row.targets.begin(), row.targets.end());
  return targets;
}

TokenArena tokenize(const Dataset& dataset, const text::Tokenizer& tokenizer,
                    std::size_t max_length, unsigned threads) {
  TokenArena arena =
      tokenize(blocks_of(dataset), tokenizer, {.max_length = max_length, .threads = threads});
  arena.targets = targets_of(dataset);
  return arena;
}

}  // namespace trainer::data
