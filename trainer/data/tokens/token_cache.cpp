#include "data/tokens/token_cache.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "config/error.hpp"
#include "data/fingerprint.hpp"
#include "data/tokens/token_cache_room.hpp"
#include "data/tokens/token_file.hpp"
#include "hub/checksum.hpp"
#include "hub/digest.hpp"
#include "hub/disk.hpp"

namespace trainer::data {
namespace {

namespace fs = std::filesystem;

// Raised whenever the same files and texts may give other ids than before: a tokenizer was wrong.
constexpr int kIds = 1;

void warn(const TokenCacheSettings& cache, std::string_view message) {
  if (cache.warn) cache.warn(message);
}

fs::path file_of(const TokenCacheSettings& cache, const std::string& key) {
  return cache.folder / fmt::format("{}{}", key, kTokenFileEnding);
}

std::optional<TokenFile> find(const TokenCacheSettings& cache, const std::string& key,
                              std::uint64_t rows) {
  const fs::path file = file_of(cache, key);
  try {
    std::optional<TokenFile> found = map_token_file(file, key);
    if (found && found->rows() != rows)
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("{} has {} rows, not {}", file.string(), found->rows(), rows));
    if (found) mark_used(file);
    return found;
  } catch (const Error& error) {
    warn(cache, fmt::format("{}; it is made again", error.what()));
    return std::nullopt;
  }
}

TokenArena arena_of(const TokenFile& file, std::vector<std::int64_t> labels) {
  TokenArena arena;
  arena.ids = file.ids;
  arena.type_ids = file.type_ids;
  arena.offsets = file.offsets;
  arena.storage = file.storage;
  arena.labels = std::move(labels);
  return arena;
}

// What was just written there.
TokenArena arena_of_file(const fs::path& file, const std::string& key,
                         std::vector<std::int64_t> labels) {
  const std::optional<TokenFile> made = map_token_file(file, key);
  if (!made) throw Error(ErrorCode::kIo, fmt::format("{}: has vanished", file.string()));
  return arena_of(*made, std::move(labels));
}

// Under a temporary name as they are read; rows that came in another order than the data set's are
// then written once more, the others' file gets its name.
std::vector<std::int64_t> write(const RowBlocks& rows, const text::Tokenizer& tokenizer,
                                const TokenizeOptions& options, const fs::path& file,
                                const std::string& key) {
  const hub::AtomicName name(file);
  TokenFileWriter as_read(name.path(), key);
  const std::vector<std::uint64_t> places = tokenize_blocks(rows, tokenizer, options, as_read);
  std::vector<std::int64_t> labels = as_read.commit();
  if (places.empty()) {
    name.take();
    return labels;
  }
  const TokenArena arena = arena_of_file(name.path(), key, std::move(labels));
  TokenFileWriter ordered(file, key);
  append_in_order(arena, places, ordered);
  return ordered.commit();
}

TokenArena build(const RowBlocks& rows, const text::Tokenizer& tokenizer,
                 const TokenizeOptions& options, const TokenCacheSettings& cache,
                 const std::string& key) {
  hub::make_folders(cache.folder);
  const fs::path file = file_of(cache, key);
  std::vector<std::int64_t> labels = write(rows, tokenizer, options, file, key);
  make_room(cache.folder, cache.max_bytes, file);
  return arena_of_file(file, key, std::move(labels));
}

}  // namespace

TextsIdentity identity_of(const Dataset& dataset) {
  const auto has_pair = [](const Example& row) { return row.text_pair.has_value(); };
  return {.fingerprint =
              dataset.fingerprint.empty() ? fingerprint_of(dataset.rows) : dataset.fingerprint,
          .rows = dataset.rows.size(),
          .pairs = static_cast<std::uint64_t>(std::ranges::count_if(dataset.rows, has_pair))};
}

fs::path default_token_cache() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? fs::path() : fs::path(value);
  };
  // The XDG specification: a path that is not absolute is to be ignored.
  if (const fs::path cache = variable("XDG_CACHE_HOME"); cache.is_absolute())
    return cache / "trainer" / "tokens";
  if (const fs::path home = variable("HOME"); home.is_absolute())
    return home / ".cache" / "trainer" / "tokens";
  return {};
}

std::string token_cache_key(const TextsIdentity& texts, const text::Tokenizer& tokenizer,
                            std::size_t max_length) {
  if (texts.pairs != 0 && texts.pairs != texts.rows) return {};
  std::string lines = fmt::format("trainer tokens 1\nids {}\n", kIds);
  for (const fs::path& file : tokenizer.files()) {
    const hub::FileDigest content = hub::digest_of(file, {}).value();
    lines +=
        fmt::format("file {} {} {}\n", file.filename().string(), content.bytes, content.sha256);
  }
  lines += fmt::format("token types {}\n", tokenizer.uses_token_types() ? "given" : "none");
  lines += fmt::format("max_length {}\ntexts {} rows {} pairs {}\n", max_length, texts.fingerprint,
                       texts.rows, texts.pairs);
  hub::Digest digest(hub::Digest::Kind::kSha256);
  digest.add(lines.data(), lines.size());
  return digest.hex();
}

TokenArena tokenize(const Dataset& dataset, const text::Tokenizer& tokenizer,
                    const TokenizeOptions& options, const TokenCacheSettings& cache) {
  const auto in_memory = [&] {
    return tokenize(dataset, tokenizer, options.max_length, options.threads);
  };
  if (cache.folder.empty()) return in_memory();
  const std::string key = token_cache_key(identity_of(dataset), tokenizer, options.max_length);
  if (key.empty()) return in_memory();
  if (const auto found = find(cache, key, dataset.rows.size())) {
    std::vector<std::int64_t> labels;
    labels.reserve(dataset.rows.size());
    for (const Example& row : dataset.rows) labels.push_back(row.label);
    TokenArena arena = arena_of(*found, std::move(labels));
    arena.targets = targets_of(dataset);
    return arena;
  }
  try {
    TokenArena arena = build(blocks_of(dataset), tokenizer, options, cache, key);
    arena.targets = targets_of(dataset);
    return arena;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kIo) throw;
    warn(cache, fmt::format("{}: token ids are not kept on disk", error.what()));
    return in_memory();
  }
}

TokenArena tokenize(const StreamedRows& rows, const text::Tokenizer& tokenizer,
                    const TokenizeOptions& options, const TokenCacheSettings& cache) {
  const std::string key =
      cache.folder.empty() ? "" : token_cache_key(rows.texts, tokenizer, options.max_length);
  if (key.empty()) return tokenize(rows.open(), tokenizer, options);
  if (const auto found = find(cache, key, rows.texts.rows)) {
    std::vector<std::int64_t> labels = rows.labels();
    if (labels.size() != found->rows())
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("{} labels for {} rows: did the data change while it was read?",
                              labels.size(), found->rows()));
    return arena_of(*found, std::move(labels));
  }
  return build(rows.open(), tokenizer, options, cache, key);
}

}  // namespace trainer::data
