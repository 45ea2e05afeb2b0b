#pragma once

#include <array>
#include <string>
#include <utility>

#include "text/models/byte_fallback.hpp"
#include "text/models/merge_table.hpp"
#include "text/models/model.hpp"

namespace trainer::text {

struct BpeOptions {
  std::string unk_token;                  // empty: unknown units are left out
  std::string continuing_subword_prefix;  // before every unit but the first
  std::string end_of_word_suffix;         // after the last unit
  bool fuse_unk = false;                  // a run of unknown units is one unknown token
  bool byte_fallback = false;  // an unknown unit is its bytes, when all of them have tokens
  // A word in the vocabulary is its token, whatever the merges make of it.
  bool ignore_merges = false;
  WordUnit unit = WordUnit::kCharacters;
};

// Byte pair encoding (Sennrich et al. 2016): the units of a word, bytes or characters, are merged
// pair by pair. Time n·log n in the length of a word. What the library does on purpose or not is
// done here: an unknown token that waits for its run to end (fuse_unk) comes after the byte tokens
// that follow it, and dropout, which a file may name, is off.
class Bpe final : public Model {
 public:
  // Merges in order of rank. With words of bytes there is no prefix, suffix nor byte fallback.
  // Throws kInvalidInput when a merge names a token that is not in the vocabulary; `place` names
  // the file.
  Bpe(const std::vector<VocabularyEntry>& vocabulary, const std::vector<Merge>& merges,
      BpeOptions options, const std::string& place);

  void encode(std::string_view word, std::vector<std::int32_t>& ids) const override;
  void encode(std::string_view word, std::vector<Token>& tokens) const override;
  std::optional<std::int32_t> id_of(std::string_view token) const override;
  std::optional<std::string> token_of(std::int32_t id) const override;
  std::size_t vocab_size() const noexcept override { return tokens_.size() + unspellable_.size(); }

 private:
  using Symbol = MergeTable::Symbol;
  class Units;  // a word's units being turned into symbols

  void load_merges(const std::vector<Merge>& merges);
  std::int32_t unit_id(std::string_view unit) const noexcept;
  [[noreturn]] void throw_unknown(std::string_view unit) const;
  void cut(std::string_view word, std::vector<Symbol>& symbols) const;
  template <typename Sink>
  void encode_into(std::string_view word, Sink sink) const;

  BpeOptions options_;
  std::string place_;
  Vocabulary tokens_;       // as words are: bytes, or characters
  Vocabulary unspellable_;  // with words of bytes: tokens with characters outside the alphabet
  MergeTable merges_;
  MergeTable::Ids ids_ = MergeTable::Ids::kUnique;
  std::int32_t unk_id_ = Vocabulary::kAbsent;
  std::array<std::int32_t, 256> single_ids_{};  // of a byte, or an ASCII character
  ByteTokens byte_ids_{};
};

}  // namespace trainer::text
