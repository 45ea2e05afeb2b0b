#include "text/models/word_piece.hpp"

#include <algorithm>

#include "config/error.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {

WordPiece::WordPiece(const std::vector<VocabularyEntry>& vocabulary, WordPieceOptions options,
                     const std::string& place)
    : options_(std::move(options)), tokens_(vocabulary) {
  std::vector<VocabularyEntry> continuations;
  for (const VocabularyEntry& entry : vocabulary) {
    if (entry.token.starts_with(options_.continuing_subword_prefix)) {
      continuations.push_back(
          {entry.token.substr(options_.continuing_subword_prefix.size()), entry.id});
    }
  }
  continuations_ = Vocabulary(continuations);
  unk_id_ = tokens_.find(options_.unk_token);
  if (unk_id_ == Vocabulary::kAbsent) {
    throw Error(ErrorCode::kInvalidInput,
                place + ": the unknown token '" + options_.unk_token +
                    "' is not in the vocabulary: this is not the file of a WordPiece model");
  }
}

void WordPiece::encode(std::string_view word, std::vector<std::int32_t>& ids) const {
  if (word.size() > options_.max_input_chars_per_word &&
      count_characters(word) > options_.max_input_chars_per_word) {
    return ids.push_back(unk_id_);
  }
  const std::size_t before = ids.size();
  while (!word.empty()) {
    const Vocabulary& vocabulary = ids.size() == before ? tokens_ : continuations_;
    std::size_t length = std::min(word.size(), vocabulary.longest_token());
    std::int32_t id = Vocabulary::kAbsent;
    for (; length > 0; --length) {
      const bool inside =
          length < word.size() && (static_cast<unsigned char>(word[length]) & 0xC0U) == 0x80U;
      if (inside) continue;
      id = vocabulary.find(word.substr(0, length));
      if (id != Vocabulary::kAbsent) break;
    }
    if (id == Vocabulary::kAbsent) {
      ids.resize(before);
      return ids.push_back(unk_id_);
    }
    ids.push_back(id);
    word.remove_prefix(length);
  }
}

std::optional<std::int32_t> WordPiece::id_of(std::string_view token) const {
  const std::int32_t id = tokens_.find(token);
  return id == Vocabulary::kAbsent ? std::nullopt : std::optional(id);
}

}  // namespace trainer::text
