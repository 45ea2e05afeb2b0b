#pragma once

#include <string>

#include "text/models/model.hpp"

namespace trainer::text {

// A word is its token, or the unknown one.
class WordLevel final : public Model {
 public:
  // `place` names the file in the error of a word that is not in a vocabulary without unk_token.
  WordLevel(const std::vector<VocabularyEntry>& vocabulary, const std::string& unk_token,
            std::string place);

  void encode(std::string_view word, std::vector<std::int32_t>& ids) const override;
  void encode(std::string_view word, std::vector<Token>& tokens) const override;
  std::optional<std::int32_t> id_of(std::string_view token) const override;
  std::optional<std::string> token_of(std::int32_t id) const override;
  std::size_t vocab_size() const noexcept override { return tokens_.size(); }

 private:
  std::int32_t id_or_unknown(std::string_view word) const;

  Vocabulary tokens_;
  std::int32_t unk_id_ = Vocabulary::kAbsent;
  std::string place_;
};

}  // namespace trainer::text
