#pragma once

#include <string>
#include <utility>

#include "text/models/model.hpp"

namespace trainer::text {

struct BpeOptions {
  std::string unk_token;                  // empty: unknown units are left out
  std::string continuing_subword_prefix;  // before every unit but the first; characters only
  std::string end_of_word_suffix;         // after the last unit; characters only
  bool fuse_unk = false;                  // a run of unknown units is one unknown token
  bool ignore_merges =
      false;  // a word in the vocabulary is its token, whatever the merges make of it
  WordUnit unit = WordUnit::kCharacters;
};

using Merge = std::pair<std::string, std::string>;

// Byte pair encoding (Sennrich et al. 2016): the units of a word are merged pair by pair, the
// lowest rank first and of equal ranks the leftmost.
class Bpe final : public Model {
 public:
  // Merges in order of rank. Throws kInvalidInput when a merge or unk_token names a token that is
  // not in the vocabulary; `place` names the file.
  Bpe(const std::vector<VocabularyEntry>& vocabulary, const std::vector<Merge>& merges,
      BpeOptions options, const std::string& place);

  void encode(std::string_view word, std::vector<std::int32_t>& ids) const override;
  void encode(std::string_view word, std::vector<Token>& tokens) const override;
  std::optional<std::int32_t> id_of(std::string_view token) const override;
  std::optional<std::string> token_of(std::int32_t id) const override;
  std::size_t vocab_size() const noexcept override { return vocab_size_; }

 private:
  struct Rule {
    std::uint64_t pair = 0;  // left id << 32 | right id
    std::uint32_t rank = 0;
    std::int32_t id = Vocabulary::kAbsent;  // kAbsent: the slot is free
  };
  struct Symbol;
  struct Candidate;

  template <typename Sink>
  void encode_into(std::string_view word, Sink sink) const;
  void load_merges(const std::vector<Merge>& merges, const std::string& place);
  void insert(const Rule& rule);
  const Rule* find_rule(std::int32_t left, std::int32_t right) const noexcept;
  void initial_symbols(std::string_view word, std::vector<Symbol>& symbols) const;
  void merge(std::vector<Symbol>& symbols) const;

  BpeOptions options_;
  Vocabulary tokens_;       // as words are: bytes, or characters
  Vocabulary unspellable_;  // with words of bytes: tokens with characters outside the alphabet
  std::vector<Rule> rules_;
  std::size_t rule_mask_ = 0;
  std::size_t vocab_size_ = 0;
  std::int32_t unk_id_ = Vocabulary::kAbsent;
};

}  // namespace trainer::text
