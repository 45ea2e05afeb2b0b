#include "text/models/bpe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <queue>

#include "config/error.hpp"
#include "text/models/byte_alphabet.hpp"
#include "text/models/sinks.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {

// One unit of the word, in a list linked by index so that a merge costs nothing to its neighbours.
struct Bpe::Symbol {
  std::int32_t id = 0;
  std::int32_t previous = -1;
  std::int32_t next = -1;
  std::uint32_t length = 0;  // bytes; 0: merged into its left neighbour
};

struct Bpe::Candidate {
  std::uint32_t rank = 0;
  std::int32_t position = 0;
  std::int32_t id = 0;
  // For a queue that gives the lowest rank, then the leftmost position.
  bool operator<(const Candidate& other) const noexcept {
    return rank != other.rank ? rank > other.rank : position > other.position;
  }
};

namespace {

constexpr std::uint64_t pair_key(std::int32_t left, std::int32_t right) noexcept {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32U |
         static_cast<std::uint32_t>(right);
}

constexpr std::size_t pair_hash(std::uint64_t pair) noexcept {
  return static_cast<std::size_t>((pair * 0x9E3779B97F4A7C15ULL) >> 29U);
}

// Tokens that a word can spell, as bytes; or those that no word can (special tokens, mostly), as
// they are: GPT-2's alphabet has no character for them.
enum class Spelling { kBytes, kNone };

std::vector<VocabularyEntry> spelled(const std::vector<VocabularyEntry>& entries, Spelling wanted) {
  std::vector<VocabularyEntry> out;
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
      tokens_(options_.unit == WordUnit::kBytes ? spelled(vocabulary, Spelling::kBytes)
                                                : vocabulary),
      vocab_size_(vocabulary.size()) {
  if (options_.unit == WordUnit::kBytes)
    unspellable_ = Vocabulary(spelled(vocabulary, Spelling::kNone));
  if (!options_.unk_token.empty()) {
    unk_id_ = id_of(options_.unk_token).value_or(Vocabulary::kAbsent);
    if (unk_id_ == Vocabulary::kAbsent) {
      throw Error(
          ErrorCode::kInvalidInput,
          fmt::format("{}: unk_token '{}' is not in the vocabulary", place, options_.unk_token));
    }
  }
  load_merges(merges, place);
}

void Bpe::load_merges(const std::vector<Merge>& merges, const std::string& place) {
  rules_.resize(std::bit_ceil(std::max<std::size_t>(merges.size() * 2, 16)));
  rule_mask_ = rules_.size() - 1;
  for (std::size_t rank = 0; rank < merges.size(); ++rank) {
    const auto& [left, right] = merges[rank];
    const std::size_t prefix = std::min(options_.continuing_subword_prefix.size(), right.size());
    const auto id_or_throw = [&](const std::string& token) {
      const std::optional<std::int32_t> id = id_of(token);
      if (id) return *id;
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("{}: merge {} names '{}', which is not in the vocabulary", place,
                              rank + 1, token));
    };
    insert({.pair = pair_key(id_or_throw(left), id_or_throw(right)),
            .rank = static_cast<std::uint32_t>(rank),
            .id = id_or_throw(left + right.substr(prefix))});
  }
}

// A pair listed twice keeps its later rank.
void Bpe::insert(const Rule& rule) {
  for (std::size_t at = pair_hash(rule.pair) & rule_mask_;; at = (at + 1) & rule_mask_) {
    if (rules_[at].id == Vocabulary::kAbsent || rules_[at].pair == rule.pair) {
      rules_[at] = rule;
      return;
    }
  }
}

const Bpe::Rule* Bpe::find_rule(std::int32_t left, std::int32_t right) const noexcept {
  const std::uint64_t pair = pair_key(left, right);
  for (std::size_t at = pair_hash(pair) & rule_mask_;; at = (at + 1) & rule_mask_) {
    if (rules_[at].id == Vocabulary::kAbsent) return nullptr;
    if (rules_[at].pair == pair) return &rules_[at];
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

void Bpe::initial_symbols(std::string_view word, std::vector<Symbol>& symbols) const {
  bool open_unknown = false;  // the last symbol is an unknown that may be fused with the next
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
    std::int32_t id = tokens_.find(unit);
    const bool unknown = id == Vocabulary::kAbsent;
    if (unknown) id = unk_id_;
    const bool fused = unknown && options_.fuse_unk && open_unknown;
    const auto bytes = static_cast<std::uint32_t>(length);
    if (fused) {
      symbols.back().length += bytes;
    } else if (id != Vocabulary::kAbsent) {
      symbols.push_back({.id = id, .length = bytes});
    }
    open_unknown = unknown && unk_id_ != Vocabulary::kAbsent;
    i += length;
  }
  const auto count = static_cast<std::int32_t>(symbols.size());
  for (std::int32_t i = 0; i < count; ++i) {
    symbols[static_cast<std::size_t>(i)].previous = i - 1;
    symbols[static_cast<std::size_t>(i)].next = i + 1 < count ? i + 1 : -1;
  }
}

void Bpe::merge(std::vector<Symbol>& symbols) const {
  const auto at = [&symbols](std::int32_t i) -> Symbol& {
    return symbols[static_cast<std::size_t>(i)];
  };
  std::vector<Candidate> storage;
  storage.reserve(symbols.size() * 2);
  std::priority_queue<Candidate> queue({}, std::move(storage));
  const auto consider = [&](std::int32_t position) {
    if (position < 0 || at(position).next < 0) return;
    const Rule* rule = find_rule(at(position).id, at(at(position).next).id);
    if (rule != nullptr) queue.push({rule->rank, position, rule->id});
  };
  for (std::int32_t i = 0; i + 1 < static_cast<std::int32_t>(symbols.size()); ++i) consider(i);
  while (!queue.empty()) {
    const Candidate top = queue.top();
    queue.pop();
    Symbol& left = at(top.position);
    if (left.length == 0 || left.next < 0) continue;
    // Stale when the pair there no longer makes this token; a neighbour was merged since.
    const Rule* rule = find_rule(left.id, at(left.next).id);
    if (rule == nullptr || rule->id != top.id) continue;
    Symbol& right = at(left.next);
    left.id = top.id;
    left.next = right.next;
    left.length += right.length;
    right.length = 0;
    if (left.next >= 0) at(left.next).previous = top.position;
    consider(left.previous);
    consider(top.position);
  }
}

template <typename Sink>
void Bpe::encode_into(std::string_view word, Sink sink) const {
  if (options_.ignore_merges) {
    const std::int32_t id = tokens_.find(word);
    if (id != Vocabulary::kAbsent) return sink.push(id, 0, word.size());
  }
  std::vector<Symbol> symbols;
  symbols.reserve(word.size());
  initial_symbols(word, symbols);
  merge(symbols);
  std::size_t begin = 0;
  for (const Symbol& symbol : symbols) {
    if (symbol.length == 0) continue;
    sink.push(symbol.id, begin, begin + symbol.length);
    begin += symbol.length;
  }
}

void Bpe::encode(std::string_view word, std::vector<std::int32_t>& ids) const {
  encode_into(word, IdSink(ids));
}

void Bpe::encode(std::string_view word, std::vector<Token>& tokens) const {
  encode_into(word, TokenSink(tokens));
}

}  // namespace trainer::text
