#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "data/tokens/token_arena.hpp"
#include "data/tokens/token_blocks.hpp"

// Data sets are tokenized once; the ids lie in files that are mapped: docs/token-cache.md has keys,
// format and limits.
namespace trainer::data {

// What the texts of some rows are, without holding them.
struct TextsIdentity {
  std::string fingerprint;  // fingerprint_of() their texts
  std::uint64_t rows = 0;
  std::uint64_t pairs = 0;  // rows that have a text_pair
};

TextsIdentity identity_of(const Dataset& dataset);

struct TokenCacheSettings {
  std::filesystem::path folder;  // empty: no cache
  std::uint64_t max_bytes = std::uint64_t{16} << 30U;
  // Told what went wrong with the cache; the ids are right all the same.
  std::function<void(std::string_view message)> warn;
};

// $XDG_CACHE_HOME/trainer/tokens, else ~/.cache/trainer/tokens; empty when neither is known.
std::filesystem::path default_token_cache();

// The file's name without its ending: 64 hex digits. Empty when these ids are not to be cached.
std::string token_cache_key(const TextsIdentity& texts, const text::Tokenizer& tokenizer,
                            std::size_t max_length);

// Of a data set in memory: the ids from the cache, or tokenized and put there. Throws what a row's
// tokenization throws; whatever is wrong with the cache is only told.
TokenArena tokenize(const Dataset& dataset, const text::Tokenizer& tokenizer,
                    const TokenizeOptions& options, const TokenCacheSettings& cache);

// Of rows that need not fit in memory, and neither do their ids then: the same from blocks that
// `open` begins anew at each call. On a hit `labels` gives the label of each row, and no text is
// asked for. Of several labels and of regression there are no targets: only data sets in memory
// have them. Without a cache folder ids are kept in memory. A cache that cannot be written is an
// Error(kIo).
struct StreamedRows {
  TextsIdentity texts;
  std::function<RowBlocks()> open;
  std::function<std::vector<std::int64_t>()> labels;
};
TokenArena tokenize(const StreamedRows& rows, const text::Tokenizer& tokenizer,
                    const TokenizeOptions& options, const TokenCacheSettings& cache);

}  // namespace trainer::data
