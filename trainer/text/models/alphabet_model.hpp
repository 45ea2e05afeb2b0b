#pragma once

#include <memory>

#include "text/models/model.hpp"

namespace trainer::text {

// A model whose words come as bytes but whose vocabulary is written in GPT-2's alphabet, character
// for byte: words are written out in the alphabet for it, and places are counted back to bytes.
// Bpe does without.
class AlphabetModel final : public Model {
 public:
  explicit AlphabetModel(std::unique_ptr<Model> inner) : inner_(std::move(inner)) {}

  void encode(std::string_view word, std::vector<std::int32_t>& ids) const override;
  void encode(std::string_view word, std::vector<Token>& tokens) const override;
  std::optional<std::int32_t> id_of(std::string_view token) const override {
    return inner_->id_of(token);
  }
  std::optional<std::string> token_of(std::int32_t id) const override {
    return inner_->token_of(id);
  }
  std::size_t vocab_size() const noexcept override { return inner_->vocab_size(); }

 private:
  std::unique_ptr<Model> inner_;
};

}  // namespace trainer::text
