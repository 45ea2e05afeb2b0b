#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "text/models/model.hpp"
#include "text/normalized_string.hpp"
#include "text/post_processors/template.hpp"

// Tokens with the characters of the original text that they stand for: the library's
// PreTokenizedString::into_encoding. One thread, one text.
namespace trainer::text {

class Placing {
 public:
  // `text` is the original, which with `model` must outlive this. With `count_spaces` tokens also
  // tell the white space at their edges, which post-processors that trim want to know.
  Placing(std::string_view text, const Model& model, bool count_spaces);

  // An added token that was cut out; always true.
  bool token(const NormalizedString& part, std::int32_t id);
  // A word for the model; always true.
  bool word(const NormalizedString& word);

  std::vector<PlacedToken> take() { return std::move(tokens_); }

 private:
  Offset characters(Span bytes) const noexcept;
  void count_spaces(std::string_view token, PlacedToken& out) const;

  std::size_t size_;
  std::vector<std::uint32_t> character_of_;  // one per byte; empty: the text is ASCII
  const Model& model_;
  // Of Unigram, whose unknown tokens are written as the text they stand for.
  std::optional<std::int32_t> spelled_unknown_;
  const bool count_spaces_;
  std::vector<Token> of_word_;
  std::vector<PlacedToken> tokens_;
};

}  // namespace trainer::text
