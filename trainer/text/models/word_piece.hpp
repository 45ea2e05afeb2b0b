#pragma once

#include <string>

#include "text/models/model.hpp"

namespace trainer::text {

struct WordPieceOptions {
  std::string unk_token = "[UNK]";
  std::string continuing_subword_prefix = "##";
  std::size_t max_input_chars_per_word = 100;
};

// Greedy longest match from the left (Wu et al. 2016, as BERT does it): a word with any unmatched
// rest, or of more than max_input_chars_per_word characters, is one unknown token.
class WordPiece final : public Model {
 public:
  // Throws kInvalidInput when unk_token is not in the vocabulary; `place` names the file.
  WordPiece(const std::vector<VocabularyEntry>& vocabulary, WordPieceOptions options,
            const std::string& place);

  void encode(std::string_view word, std::vector<std::int32_t>& ids) const override;
  void encode(std::string_view word, std::vector<Token>& tokens) const override;
  std::optional<std::int32_t> id_of(std::string_view token) const override;
  std::optional<std::string> token_of(std::int32_t id) const override;
  std::size_t vocab_size() const noexcept override { return tokens_.size(); }

 private:
  template <typename Sink>
  void encode_into(std::string_view word, Sink sink) const;

  WordPieceOptions options_;
  Vocabulary tokens_;
  Vocabulary continuations_;  // tokens that begin with the prefix, without it
  std::int32_t unk_id_ = 0;
};

}  // namespace trainer::text
