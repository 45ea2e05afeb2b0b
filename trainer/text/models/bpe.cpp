#include "text/models/bpe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "config/error.hpp"
#include "text/models/byte_alphabet.hpp"
#include "text/models/sinks.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {
namespace {

// Tokens that a word can spell, as bytes; or those that no word can (special tokens, mostly), as
// they are: GPT-2's alphabet has no character for them.
enum class Spelling { kBytes, kNone };

std::vector<VocabularyEntry> spelled(const std::vector<VocabularyEntry>& entries, Spelling wanted) {
  std::vector<VocabularyEntry> out;
  if (wanted == Spelling::kBytes) out.reserve(entries.size());
  for (const VocabularyEntry& entry : entries) {
    std::optional<std::string> bytes = bytes_of_token(entry.token);
    if (bytes && wanted == Spelling::kBytes) out.push_back({std::move(*bytes), entry.id});
    if (!bytes && wanted == Spelling::kNone) out.push_back(entry);
  }
  return out;
}

}  // namespace

Bpe::Bpe(const std::vector<VocabularyEntry>& vocabulary, const std::vector<Merge>& merges,
         BpeOptions options, const std::string& place)
    : options_(std::move(options)),
      place_(place),
      tokens_(options_.unit == WordUnit::kBytes ? spelled(vocabulary, Spelling::kBytes)
                                                : vocabulary) {
  if (options_.unit == WordUnit::kBytes) {
    unspellable_ = Vocabulary(spelled(vocabulary, Spelling::kNone));
  }
  ids_ = tokens_.has_shared_ids() ? MergeTable::Ids::kShared : MergeTable::Ids::kUnique;
  unk_id_ = id_of(options_.unk_token).value_or(Vocabulary::kAbsent);
  if (options_.byte_fallback) byte_ids_ = byte_tokens(*this);
  for (std::size_t byte = 0; byte < single_ids_.size(); ++byte) {
    const auto text = static_cast<char>(byte);
    single_ids_[byte] = tokens_.find({&text, 1});
  }
  load_merges(merges);
}

void Bpe::load_merges(const std::vector<Merge>& merges) {
  merges_ = MergeTable(merges.size());
  const bool bytes = options_.unit == WordUnit::kBytes;
  const auto id_or_throw = [&](std::size_t rank, std::string_view spelled,
                               std::string_view written) {
    const std::int32_t id = tokens_.find(spelled);
    if (id != Vocabulary::kAbsent) return id;
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: merge {} names '{}', which is not in the vocabulary", place_,
                            rank + 1, written));
  };
  std::string whole;
  for (std::size_t rank = 0; rank < merges.size(); ++rank) {
    const auto& [left, right] = merges[rank];
    std::optional<std::string> left_bytes, right_bytes;
    if (bytes) {
      left_bytes = bytes_of_token(left);
      right_bytes = bytes_of_token(right);
      if (!left_bytes || !right_bytes) continue;  // no word can spell it
    }
    const std::string& a = bytes ? *left_bytes : left;
    const std::string& b = bytes ? *right_bytes : right;
    const std::int32_t left_id = id_or_throw(rank, a, left);
    const std::int32_t right_id = id_or_throw(rank, b, right);
    whole.assign(a).append(b, std::min(options_.continuing_subword_prefix.size(), b.size()));
    merges_.insert(left_id, right_id, static_cast<std::uint32_t>(rank),
                   id_or_throw(rank, whole, left + right));
  }
}

std::optional<std::int32_t> Bpe::id_of(std::string_view token) const {
  std::int32_t id = Vocabulary::kAbsent;
  if (options_.unit == WordUnit::kBytes) {
    const std::optional<std::string> bytes = bytes_of_token(token);
    id = bytes ? tokens_.find(*bytes) : unspellable_.find(token);
  } else {
    id = tokens_.find(token);
  }
  return id == Vocabulary::kAbsent ? std::nullopt : std::optional(id);
}

std::optional<std::string> Bpe::token_of(std::int32_t id) const {
  if (const auto token = tokens_.token_of(id))
    return options_.unit == WordUnit::kBytes ? token_of_bytes(*token) : std::string(*token);
  if (const auto token = unspellable_.token_of(id)) return std::string(*token);
  return std::nullopt;
}

std::int32_t Bpe::unit_id(std::string_view unit) const noexcept {
  return unit.size() == 1 ? single_ids_[static_cast<unsigned char>(unit[0])] : tokens_.find(unit);
}

void Bpe::throw_unknown(std::string_view unit) const {
  const std::string written =
      options_.unit == WordUnit::kBytes ? token_of_bytes(unit) : std::string(unit);
  throw Error(ErrorCode::kInvalidInput,
              fmt::format("{}: '{}' is not in the vocabulary, and neither is the unk_token '{}'",
                          place_, written, options_.unk_token));
}

class Bpe::Units {
 public:
  Units(const Bpe& bpe, std::vector<Symbol>& symbols) : bpe_(bpe), symbols_(symbols) {}

  // `unit` as the vocabulary has it, with prefix and suffix; `length` without them.
  void add(std::string_view unit, std::uint32_t length) {
    if (const std::int32_t id = bpe_.unit_id(unit); id != Vocabulary::kAbsent) {
      finish();
      symbols_.push_back({.id = id, .length = length});
    } else if (!bpe_.options_.byte_fallback || !fall_back(unit)) {
      add_unknown(unit, length);
    }
  }

  // The unknown token that waits for its run to end.
  void finish() {
    if (unknown_length_ == 0) return;
    symbols_.push_back({.id = bpe_.unk_id_, .length = unknown_length_});
    unknown_length_ = 0;
  }

 private:
  bool fall_back(std::string_view unit) {
    if (!all_have_tokens(bpe_.byte_ids_, unit)) return false;
    for (const char byte : unit)
      symbols_.push_back({.id = bpe_.byte_ids_[static_cast<unsigned char>(byte)], .length = 1});
    return true;
  }

  void add_unknown(std::string_view unit, std::uint32_t length) {
    if (bpe_.options_.unk_token.empty()) return;
    if (bpe_.unk_id_ == Vocabulary::kAbsent) bpe_.throw_unknown(unit);
    if (!bpe_.options_.fuse_unk) finish();
    unknown_length_ += length;
  }

  const Bpe& bpe_;
  std::vector<Symbol>& symbols_;
  std::uint32_t unknown_length_ = 0;
};

// The library measures tokens as they are written in the byte alphabet, in UTF-8. That shows where
// a byte is left out that the vocabulary lacks: what follows is placed as if it began earlier.
std::uint32_t written_length(char byte) { return byte >= 33 && byte <= 126 ? 1 : 2; }

// From places in a word as it is written to its bytes; places must not descend.
class WrittenBytes {
 public:
  explicit WrittenBytes(std::string_view word) : word_(word) {}

  std::size_t at(std::size_t written) {
    while (end_ <= written) end_ += written_length(word_[++byte_]);
    return byte_;
  }

 private:
  std::string_view word_;
  std::size_t byte_ = 0;
  std::size_t end_ = word_.empty() ? 0 : written_length(word_[0]);
};

// The word's characters or bytes, decorated by their place in it, as the symbols that are merged.
void Bpe::cut(std::string_view word, std::vector<Symbol>& symbols) const {
  Units units(*this, symbols);
  std::string decorated;
  for (std::size_t i = 0; i < word.size();) {
    const std::size_t length =
        options_.unit == WordUnit::kBytes ? 1 : decode(word.data() + i).length;
    const bool last = i + length == word.size();
    std::string_view unit = word.substr(i, length);
    if ((i > 0 && !options_.continuing_subword_prefix.empty()) ||
        (last && !options_.end_of_word_suffix.empty())) {
      decorated = i > 0 ? options_.continuing_subword_prefix : "";
      decorated.append(unit);
      if (last) decorated.append(options_.end_of_word_suffix);
      unit = decorated;
    }
    units.add(unit, options_.unit == WordUnit::kBytes ? written_length(word[i])
                                                      : static_cast<std::uint32_t>(length));
    i += length;
  }
  units.finish();
}

template <typename Sink>
void Bpe::encode_into(std::string_view word, Sink sink) const {
  if (options_.ignore_merges) {
    const std::int32_t id = tokens_.find(word);
    if (id != Vocabulary::kAbsent) return sink.push(id, 0, word.size());
  }
  constexpr std::size_t kKept = 1U << 16U;  // symbols of memory that a thread keeps
  thread_local std::vector<Symbol> symbols;
  symbols.clear();
  cut(word, symbols);
  merges_.merge(symbols, ids_);
  std::size_t begin = 0;
  WrittenBytes bytes(word);
  for (const Symbol& symbol : symbols) {
    const std::size_t end = begin + symbol.length;
    if constexpr (std::is_same_v<Sink, TokenSink>) {
      if (options_.unit == WordUnit::kBytes) {
        const std::size_t first = bytes.at(begin);
        sink.push(symbol.id, first, bytes.at(end - 1) + 1);
        begin = end;
        continue;
      }
    }
    sink.push(symbol.id, begin, end);
    begin = end;
  }
  if (symbols.capacity() > kKept) symbols = {};
}

void Bpe::encode(std::string_view word, std::vector<std::int32_t>& ids) const {
  encode_into(word, IdSink(ids));
}

void Bpe::encode(std::string_view word, std::vector<Token>& tokens) const {
  encode_into(word, TokenSink(tokens));
}

}  // namespace trainer::text
